import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createHandler, toNodeListener } from '../../../lib/http/index';
import { BatchClient } from '../../../lib/index';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store';
import { progressSnapshot } from '../../../lib/testing/event-builders';

/** Serves a finished job of so many events, and says how much memory that takes. */
const { path, events } = JSON.parse(process.argv[2] ?? '{}') as { path: string; events: number };

function fill(): void {
  const store = sqliteStore({ path, durability: 'normal' });
  store.createJob({
    ...{
      jobId: 'large',
      provider: 'local_echo',
      endpoint: 'default',
      model: null,
      params: {},
      tags: [],
      metadata: null,
    },
    ...{ mode: 'emulated', runMode: 'emulated', modeReason: 'prepared', settings: {} },
  });
  const lease = store.acquire('large');
  const hash = new Uint8Array(16);
  for (let done = 0; done < events; done += 1_000) {
    const ordinals = Array.from({ length: Math.min(1_000, events - done) }, (_, at) => done + at + 1);
    store.appendItems(
      lease,
      ordinals.map((n) => ({ itemId: `i${String(n)}`, hash, request: `{"input":{"prompt":"question ${String(n)}"}}` })),
    );
    const output = 'an answer of some length, as they are. '.repeat(4);
    store.commit(lease, {
      drafts: ordinals.map((ordinal) => ({
        type: 'item' as const,
        ordinal,
        result: { itemId: `i${String(ordinal)}`, ok: true as const, output, attempts: 1 },
      })),
      lowWater: done,
      claimedTo: events,
    });
  }
  store.updateJob(lease, { inputComplete: true });
  store.finish(lease, { status: 'completed', progress: progressSnapshot({ total: events }), lowWater: events });
  store.release(lease);
  store.close();
}

fill();
const client = new BatchClient({ db: path, log: false });
const handler = createHandler({ client, authorize: () => ({ name: 'all', jobs: 'all' }) });
const listener = toNodeListener(handler);
const server = createServer((request, response) => void listener(request, response));
server.listen(0, '127.0.0.1', () => {
  console.log(`url http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
});
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
setInterval(() => {
  console.log(`rss ${String(process.memoryUsage().rss)}`);
  console.log(`lag ${String(delay.percentile(50) / 1e6)}`);
}, 100);
