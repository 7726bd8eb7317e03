import { asyncScheduler, lastValueFrom, toArray, type SchedulerLike } from 'rxjs';
import { isBatchError, type BatchError } from '../../lib/core/errors.js';
import type { BatchItem } from '../../lib/core/item.js';
import { Intake } from '../../lib/intake/intake.js';
import { itemReader } from '../../lib/intake/item-reader.js';
import type { ItemSource } from '../../lib/options/map-options.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore, Lease } from '../../lib/store/store.js';
import { newJob } from '../store/support/fill.js';

/** A job in memory to read inputs into. */
export interface Desk {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly key: number;
  /** Ids stored, in order. */
  ids(): string[];
  /** Inputs stored, in order. */
  inputs(): unknown[];
  intake(items: ItemSource, reject?: (item: BatchItem) => string | undefined, scheduler?: SchedulerLike): Intake;
  /** Reads a whole input; the totals it told. */
  read(items: ItemSource): Promise<number[]>;
  /** The error an input is refused with. */
  refused(items: ItemSource): Promise<BatchError>;
}

export function desk(): Desk {
  const store = sqliteStore({ path: ':memory:' });
  const { key } = store.createJob(newJob());
  const lease = store.acquire('job');
  const total = (): number => store.findJob('job')?.total ?? 0;
  const self: Desk = {
    store,
    lease,
    key,
    ids: () => store.itemsAfter(key, 0, 1_000_000).map(({ itemId }) => itemId),
    inputs: () =>
      store.claim(lease, 0, 1_000_000).map(({ request }) => (JSON.parse(request) as { input: unknown }).input),
    intake: (items, reject = () => undefined, scheduler = asyncScheduler) =>
      new Intake({ store, reader: itemReader(items), reject, scheduler }),
    read: (items) => lastValueFrom(self.intake(items).read(lease, total()).pipe(toArray())),
    refused: async (items) => {
      const error: unknown = await self.read(items).then(
        (totals) => new Error(`it was taken: ${totals.join()}`),
        (reason: unknown) => reason,
      );
      if (isBatchError(error)) return error;
      throw error;
    },
  };
  return self;
}
