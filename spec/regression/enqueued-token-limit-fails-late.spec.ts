import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// openai/openai-python#1643, #2084: the creation succeeds, then the batch fails for what is enqueued.
describe('a limit on enqueued tokens', () => {
  const { openai, run } = bench();

  it('that refuses batches late costs no item and no attempt', async () => {
    const server = await openai({ batches: { enqueuedTokens: 7, runMs: 150 } });
    const outcome = await run(12, { nativeCaps: { maxRequests: 4 } });
    expectOnce(outcome, 12);
    const refused = server.ledger.batches.filter(({ status }) => status === 'failed');
    expect(refused.length).toBeGreaterThan(0);
    expect(outcome.items.every(({ result }) => result.attempts === 1)).toBe(true);
    expect(server.ledger.maxEnqueuedTokens).toBeLessThanOrEqual(7);
    expectPaidOnce(server);
  });

  it('that is known is never met: the next shard goes when one has ended', async () => {
    const server = await openai({ batches: { enqueuedTokens: 100, runMs: 20 } });
    const outcome = await run(40, { nativeCaps: { maxRequests: 4, enqueuedTokens: 100 } });
    expectOnce(outcome, 40);
    expect(server.ledger.batches.map(({ status }) => status)).toEqual(Array(10).fill('completed'));
    expect(server.ledger.maxEnqueuedTokens).toBeLessThanOrEqual(100);
  });
});
