import { openaiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce } from './support/native-job.js';

// tobert/kaibo#136, mistralai/client-python#159: `completed`, no errors, and yet some lines are in neither file.
describe('lines that are missing', () => {
  const { openai, run } = bench();
  const fault = openaiFaults.missingLine();

  it('are found by comparing ids, and only they are sent again', async () => {
    const server = await openai({ faults: [{ on: 'batch.line', fault, requests: [2, 5], times: 2 }] });
    const outcome = await run(6);
    expectOnce(outcome, 6);
    expect(outcome.info.notes).toEqual({ missingLines: 2 });
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([6, 2]);
    expect(outcome.results['i0']).toMatchObject({ attempts: 1 });
    expect(outcome.results['i1']).toMatchObject({ attempts: 2 });
  });

  it('time and again fail by name', async () => {
    const server = await openai({ faults: [{ on: 'batch.line', fault, match: 'content":"i3"' }] });
    const outcome = await run(5, { maxAttempts: 3 });
    expectOnce(outcome, 5, { i3: 'missing' });
    expect(outcome.results['i3']).toMatchObject({ attempts: 3, error: { retryable: true } });
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([5, 1, 1]);
  });
});
