import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// bespokelabsai/curator#287 and forum threads: batches stay in `validating` or `finalizing`; they end by expiry.
describe('a batch that does not move', () => {
  const { openai, run } = bench();

  it.each(['validating', 'running'] as const)(
    'in %s is left when it expires, and its items sent again',
    async (stuckIn) => {
      const server = await openai({
        batches: { script: ({ n }) => (n === 1 ? { stuckIn, runMs: 60_000, expiresAfterMs: 80 } : {}) },
      });
      const outcome = await run(3);
      expectOnce(outcome, 3);
      expect(outcome.info.notes).toEqual({ expiredItems: 3 });
      expect(server.ledger.batches.map(({ status }) => status)).toEqual(['expired', 'completed']);
      expectPaidOnce(server);
    },
  );

  it('in finalizing has answered everything: nothing is sent again', async () => {
    const server = await openai({ batches: { stuckIn: 'finalizing', expiresAfterMs: 80 } });
    expectOnce(await run(3), 3);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
