import { openaiFaults, type BatchOptions } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// openai/openai-python#2959: downloads of large results break off, as a raw `terminated`, and nothing retries them.
describe('a download that is cut', () => {
  const { openai, run } = bench();
  const answer = ({ text }: { text: string }): string => `echo: ${text}`;

  it.each<[string, BatchOptions]>([
    ['from the start', {}],
    ['behind the last line stored', { rangeSupport: true }],
  ])('is taken up again, %s, and counts no line twice', async (_name, batches) => {
    const fault = openaiFaults.cut();
    const server = await openai({ answer, batches, faults: [{ on: 'files.content', fault, times: 3 }] });
    const outcome = await run(200);
    expectOnce(outcome, 200);
    expect(outcome.info.notes).toEqual({});
    expect(server.ledger.batches).toHaveLength(1);
    expect(server.ledger.entries.filter(({ operation }) => operation === 'files.content')).toHaveLength(4);
    expectPaidOnce(server);
  });

  it('or stalls is given up after the time for an attempt, and taken up again', async () => {
    const server = await openai({ faults: [{ on: 'files.content', fault: openaiFaults.stall(), times: 1 }] });
    expectOnce(await run(20, { attemptTimeoutMs: 100 }), 20);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
