import { firstValueFrom, filter } from 'rxjs';
import { items } from '../support/clients.js';
import { bench, expectPaidOnce, outcomeOf } from './support/native-job.js';

// openai/openai-python#2084: batches that are no longer wanted stay in the queue; what they had answered is paid for.
describe('cancelling a native job', () => {
  const { openai, client } = bench();

  it('cancels its batches and keeps their answers; resuming sends only the others', async () => {
    const server = await openai({ batches: { script: ({ n }) => (n === 1 ? { runMs: 600 } : {}) } });
    const shared = client();
    const job = shared.map({ items: items(30), jobId: 'job', mode: 'native' });
    await firstValueFrom(
      job.pipe(
        filter((e) => e.type === 'progress' && (e.progress.shards ?? []).some(({ completed }) => completed > 3)),
      ),
    );
    await job.cancel();
    const cancelled = await job.info();
    expect(cancelled).toMatchObject({ status: 'cancelled', failed: 0 });
    expect(cancelled.ok).toBe(server.ledger.batches[0]!.billed);
    expect(cancelled.ok).toBeGreaterThan(3);
    expect(server.ledger.batches.map(({ status }) => status)).toEqual(['cancelled']);

    const { info } = await outcomeOf(shared.resume('job'));
    expect(info).toMatchObject({ status: 'completed', ok: 30 });
    expect(server.ledger.batches[1]).toMatchObject({ requests: 30 - cancelled.ok });
    expectPaidOnce(server);
  });
});
