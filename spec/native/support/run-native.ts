import { TestScheduler } from 'rxjs/testing';
import {
  BatchClient,
  type BatchClientOptions,
  type BatchEvent,
  type BatchItem,
  type Result,
} from '../../../lib/index.js';
import type { BatchJob, MapOptions, Progress } from '../../../lib/index.js';

/** What a job told in virtual time. */
export interface Told {
  readonly events: BatchEvent[];
  readonly results: Map<string, Result>;
  readonly progress: Progress[];
  /** Item events per id: above 1 is a repeat. */
  readonly counts: Map<string, number>;
  status: 'open' | 'completed' | 'cancelled' | 'errored';
  error: unknown;
  /** Frame of the end. */
  endedAt: number;
}

export function items(count: number, more: (n: number) => Partial<BatchItem> = () => ({})): BatchItem[] {
  return Array.from({ length: count }, (_, at) => ({
    itemId: `item-${at + 1}`,
    input: { prompt: 'x' },
    ...more(at + 1),
  }));
}

/** Runs in virtual time until nothing is left to happen. */
export function virtually(body: (scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(() => {
    body(scheduler);
    scheduler.flush();
  });
}

export function watch(job: BatchJob, scheduler: TestScheduler): Told {
  const told: Told = {
    events: [],
    results: new Map(),
    progress: [],
    counts: new Map(),
    status: 'open',
    error: undefined,
    endedAt: 0,
  };
  job.subscribe({
    next: (event) => {
      told.events.push(event);
      if (event.type === 'progress') told.progress.push(event.progress);
      if (event.type === 'complete') told.status = event.status;
      if (event.type !== 'item') return;
      told.results.set(event.itemId, event.result);
      told.counts.set(event.itemId, (told.counts.get(event.itemId) ?? 0) + 1);
    },
    error: (error: unknown) => {
      told.status = 'errored';
      told.error = error;
      told.endedAt = scheduler.now();
    },
    complete: () => (told.endedAt = scheduler.now()),
  });
  return told;
}

export type NativeRun = BatchClientOptions & Omit<MapOptions, 'items'> & { readonly items: MapOptions['items'] };

/** A job in native mode on a new client. */
export function startNative(
  { items: source, jobId = 'job', ...options }: NativeRun,
  scheduler: TestScheduler,
): { readonly client: BatchClient; readonly job: BatchJob; readonly told: Told } {
  const client = new BatchClient({ db: ':memory:', log: false, random: () => 0.5, ...options });
  const job = client.map({ jobId, mode: 'native', items: source });
  return { client, job, told: watch(job, scheduler) };
}
