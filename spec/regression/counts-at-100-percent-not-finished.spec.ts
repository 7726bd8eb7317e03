import type { BatchEvent } from '../../lib/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// bespokelabsai/curator#287: batches show 100 % for hours while they finalize.
describe('a batch whose counts say that it is done', () => {
  const { openai, run } = bench();
  const counts = (): { total: number; completed: number; failed: number } => ({ total: 4, completed: 4, failed: 0 });
  const isItem = ({ type }: BatchEvent): boolean => type === 'item';

  it('is shown as it says, and is not done before its status says so', async () => {
    const server = await openai({ batches: { counts, finalizingMs: 150 } });
    const outcome = await run(4, { progressIntervalMs: 1 });
    expectOnce(outcome, 4);
    const before = outcome.events.slice(0, outcome.events.findIndex(isItem));
    const rows = before.flatMap((event) => (event.type === 'progress' ? (event.progress.shards ?? []) : []));
    expect(rows.some(({ completed, status }) => completed === 4 && status !== 'completed')).toBe(true);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('or that it has done nothing, or says no counts at all, is read all the same', async () => {
    await openai({
      batches: { counts: ({ total }) => (total > 2 ? null : { total: 0, completed: 0, failed: 0 }) },
    });
    expectOnce(await run(5, { nativeCaps: { maxRequests: 3 } }), 5);
  });
});
