import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// bespokelabsai/curator#226, BerriAI/litellm#37156, warmbly/warmbly#333: the finished rows of an expired batch are paid for,
// and in its output file; only the rest is to be sent again.
describe('an expired batch', () => {
  const { openai, run } = bench();
  const late = { runMs: 400, expiresAfterMs: 200 };

  it('keeps its finished rows; only the others are sent again', async () => {
    const server = await openai({ batches: { script: ({ n }) => (n === 1 ? late : {}) } });
    const outcome = await run(20);
    expectOnce(outcome, 20);
    const [first, second] = server.ledger.batches;
    expect(first).toMatchObject({ status: 'expired', requests: 20 });
    expect(first!.billed).toBeGreaterThan(0);
    expect(second!.requests).toBe(20 - first!.billed);
    expect(outcome.info.notes).toEqual({ expiredItems: second!.requests });
    expectPaidOnce(server);
  });

  it('fails what it never gets to, by name, after maxAttempts batches', async () => {
    const server = await openai({ batches: { stuckIn: 'running', runMs: 60_000, expiresAfterMs: 20 } });
    const outcome = await run(2, { maxAttempts: 2 });
    expectOnce(outcome, 2, { i0: 'expired', i1: 'expired' });
    expect(server.ledger.batches).toHaveLength(2);
    expect(server.ledger.billedCount).toBe(0);
  });
});
