import { sqliteStore, type BatchStore, type Progress } from 'openapi-batch';
import { openPacing } from '../../../../lib/core/progress.js';
import { answer, itemIdOf, promptOf, usage } from './items.js';

type Lease = ReturnType<BatchStore['acquire']>;

export const jobId = 'stored';

/** A job written through the store alone, which takes a tenth of running it. */
export class StoredJob {
  readonly store: BatchStore;
  readonly lease: Lease;

  constructor(path: string, provider: string) {
    this.store = sqliteStore({ path, durability: 'normal' });
    this.store.createJob({
      ...{ jobId, provider, endpoint: 'default', model: null, params: {}, tags: [], metadata: null, settings: {} },
      ...{ mode: 'emulated', runMode: 'emulated', modeReason: 'prepared' },
    });
    this.lease = this.store.acquire(jobId);
  }

  addItems(count: number): void {
    const hash = new Uint8Array(16);
    for (let done = 0; done < count; done += 1_000) {
      const page = Array.from({ length: Math.min(1_000, count - done) }, (_, at) => done + at + 1);
      const toItem = (n: number) => ({ itemId: itemIdOf(n), hash, request: `{"input":{"prompt":"${promptOf(n)}"}}` });
      this.store.appendItems(this.lease, page.map(toItem));
    }
    this.store.updateJob(this.lease, { status: 'running', inputComplete: true });
  }

  /** Results for the ordinals from `first` to `last`. */
  addResults(first: number, last: number, lowWater: number): void {
    for (let from = first; from <= last; from += 1_000) {
      const page = Array.from({ length: Math.min(1_000, last - from + 1) }, (_, at) => from + at);
      const drafts = page.map((ordinal) => ({
        type: 'item' as const,
        ordinal,
        result: { itemId: itemIdOf(ordinal), ok: true as const, output: answer, usage, attempts: 1 },
      }));
      this.store.commit(this.lease, { drafts, lowWater, claimedTo: last });
    }
  }

  complete(items: number): void {
    const rate = { itemsPerMinute: 0, requestsPerMinute: 0, tokensPerMinute: 0 };
    const counts = { total: items, done: items, ok: items, failed: 0, inFlight: 0, pending: 0 };
    const progress: Progress = {
      ...{ mode: 'emulated', status: 'completed', reason: null, totalKnown: true, cost: null, etaMs: null },
      ...{ ...counts, rate, tokens: { input: 0, output: 0 } },
      pacing: openPacing,
    };
    this.store.finish(this.lease, { status: 'completed', progress, lowWater: items });
    this.store.release(this.lease);
    this.store.close();
  }
}
