import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catchError, filter, firstValueFrom, lastValueFrom, of, toArray, type Observable } from 'rxjs';
import {
  BatchClient,
  isBatchError,
  type BatchClientOptions,
  type BatchError,
  type BatchEvent,
  type BatchItem,
  type ItemEvent,
} from '../../lib/index.js';

/** Clients over one temporary file per test; whatever is still open at its end is closed. */
export interface TestClients {
  open(options?: BatchClientOptions): BatchClient;
  /** The database file of this test. */
  readonly path: string;
  readonly folder: string;
}

export function testClients(): TestClients {
  const opened: BatchClient[] = [];
  let folder: string | undefined;
  const home = (): string => (folder ??= mkdtempSync(join(tmpdir(), 'openapi-batch-spec-')));

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close({ drainMs: 0 })));
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });

  return {
    get folder() {
      return home();
    },
    get path() {
      return join(home(), 'batches.sqlite');
    },
    open(options = {}) {
      const client = new BatchClient({
        db: join(home(), 'batches.sqlite'),
        durability: 'normal',
        log: false,
        ...options,
      });
      opened.push(client);
      return client;
    },
  };
}

/** Items `i0`, `i1`, ... with their own id as the prompt. */
export function items(count: number, from = 0): BatchItem[] {
  return Array.from({ length: count }, (_, n) => item(`i${n + from}`));
}

export function item(itemId: string): BatchItem {
  return { itemId, input: { prompt: itemId } };
}

/** Everything a job tells until it ends, and how it ended. */
export interface Told {
  readonly events: readonly BatchEvent[];
  readonly items: readonly ItemEvent[];
  /** Ids in the order of their results. */
  readonly ids: readonly string[];
  /** What ended it, where that was not `complete`. */
  readonly error: BatchError | undefined;
  readonly last: BatchEvent;
}

export async function tell(job: Observable<BatchEvent>): Promise<Told> {
  let error: BatchError | undefined;
  const events = await lastValueFrom(
    job.pipe(
      catchError((reason: unknown) => {
        if (!isBatchError(reason)) throw reason;
        error = reason;
        return of();
      }),
      toArray(),
    ),
  );
  const results = events.filter((event): event is ItemEvent => event.type === 'item');
  return { events, items: results, ids: results.map(({ itemId }) => itemId), error, last: events.at(-1)! };
}

/** The `BatchError` a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<BatchError> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
    },
    (reason: unknown) => {
      if (!isBatchError(reason)) throw reason;
      return reason;
    },
  );
}

/** The `BatchError` a call throws. */
export function thrown(call: () => unknown): BatchError {
  try {
    call();
  } catch (error) {
    if (isBatchError(error)) return error;
    throw error;
  }
  throw new Error('expected the call to throw');
}

/** Resolves when the job has told so many results since now (or at all, with its replay). */
export async function itemsTold(job: Observable<BatchEvent>, count: number): Promise<void> {
  let seen = 0;
  await firstValueFrom(job.pipe(filter((event) => event.type === 'item' && ++seen === count)));
}
