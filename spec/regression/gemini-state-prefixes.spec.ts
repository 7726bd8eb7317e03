import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// googleapis/python-genai#1482 and others: states are BATCH_STATE_... in one answer and JOB_STATE_... in another.
describe('states of Gemini with the prefix', () => {
  const { gemini, run } = bench();

  it.each(['BATCH_STATE_', 'JOB_STATE_'] as const)('%s are all understood', async (statePrefix) => {
    const script = ({ n }: { n: number }): object => (n === 1 ? { stuckIn: 'validating', expiresAfterMs: 30 } : {});
    const server = await gemini({ batches: { statePrefix, script } });
    expectOnce(await run(3), 3);
    expect(server.ledger.batches.map(({ status }) => status)).toEqual(['EXPIRED', 'SUCCEEDED']);
    expectPaidOnce(server);
  });
});
