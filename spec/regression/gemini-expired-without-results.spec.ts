import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// googleapis/python-genai#1482, #2221, #2439, #2974, googleapis/js-genai#1453: jobs stay PENDING, expire after 48 hours, and
// have no results.
describe('a batch of Gemini that expires', () => {
  const { gemini, run } = bench();
  const stuck = { stuckIn: 'validating', expiresAfterMs: 60 } as const;

  it('while pending: its items are sent again', async () => {
    const server = await gemini({ batches: { script: ({ n }) => (n === 1 ? stuck : {}) } });
    const outcome = await run(3);
    expectOnce(outcome, 3);
    expect(outcome.info.notes).toEqual({ expiredItems: 3 });
    expect(server.ledger.batches.map(({ status }) => status)).toEqual(['EXPIRED', 'SUCCEEDED']);
    expectPaidOnce(server);
  });

  it('time and again: they fail by name', async () => {
    const server = await gemini({ batches: stuck });
    expectOnce(await run(2, { maxAttempts: 2 }), 2, { i0: 'expired', i1: 'expired' });
    expect(server.ledger.batches).toHaveLength(2);
  });
});
