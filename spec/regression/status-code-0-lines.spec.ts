import { openaiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// OpenAI developer forum: "0 failed", and yet lines with `status_code` 0 and no body, counted as completed.
describe('lines with status 0', () => {
  const { openai, run } = bench();
  const fault = openaiFaults.statusZeroLine();

  it('are no answers: they are asked again', async () => {
    const server = await openai({ faults: [{ on: 'batch.line', fault, requests: [1, 2], times: 2 }] });
    expectOnce(await run(4), 4);
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([4, 2]);
    expectPaidOnce(server);
  });

  it('time and again fail their item', async () => {
    await openai({ faults: [{ on: 'batch.line', fault, match: 'content":"i1"' }] });
    const outcome = await run(3, { maxAttempts: 2 });
    expectOnce(outcome, 3, { i1: 'server_error' });
    expect(errorOf(outcome, 'i1').message).toContain('status 0');
  });
});
