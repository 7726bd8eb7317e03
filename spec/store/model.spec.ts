import fc from 'fast-check';
import type { Result } from '../../lib/core/result.js';
import { progressSnapshot } from '../../lib/testing/event-builders.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore, Draft, Lease } from '../../lib/store/store.js';
import { tempDatabases } from '../support/temp-database.js';
import { newJob, thrown } from './support/fill.js';

const newPath = tempDatabases();

interface ModelItem {
  readonly itemId: string;
  failures: number;
  result: Result | undefined;
}

/** What a store is expected to hold of one job: arrays, and nothing clever. */
class Model {
  readonly items: ModelItem[] = [];
  /** Results in the order they were told. */
  told: { readonly seq: number; readonly result: Result }[] = [];
  complete = false;
  progress = false;

  get counts(): { ok: number; failed: number } {
    const done = this.items.flatMap(({ result }) => result ?? []);
    return { ok: done.filter(({ ok }) => ok).length, failed: done.filter(({ ok }) => !ok).length };
  }
}

const ordinal = fc.integer({ min: 1, max: 12 });
const operation = fc.oneof(
  fc.record({ type: fc.constant('append' as const), count: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    type: fc.constant('commit' as const),
    drafts: fc.array(
      fc.oneof(
        fc.record({ kind: fc.constantFrom('ok' as const, 'failed' as const), at: ordinal }),
        fc.record({ kind: fc.constant('attempt' as const), at: ordinal, failures: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ kind: fc.constant('progress' as const) }),
      ),
      { maxLength: 6 },
    ),
  }),
  fc.record({ type: fc.constant('finish' as const) }),
  fc.record({ type: fc.constant('reopen' as const), retryFailed: fc.boolean() }),
  fc.record({ type: fc.constant('truncate' as const), to: fc.nat(12) }),
  fc.record({ type: fc.constant('take over' as const) }),
  fc.record({ type: fc.constant('open again' as const) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** A store and its model, side by side. */
class Pair {
  readonly model = new Model();
  readonly #path = newPath();
  #store: BatchStore = this.#open();
  #lease: Lease;
  #stale: Lease | undefined;
  #seq = 0;

  constructor() {
    this.#store.createJob(newJob('other'));
    this.#store.createJob(newJob());
    this.#lease = this.#store.acquire('job');
  }

  run(step: Operation): void {
    const { model } = this;
    switch (step.type) {
      case 'append': {
        const more = Array.from({ length: step.count }, (_, n) => `i${model.items.length + n + 1}`);
        const rows = more.map((itemId) => ({ itemId, hash: new Uint8Array(16), request: `{"input":"${itemId}"}` }));
        expect(this.#store.appendItems(this.#lease, rows).total).toBe(model.items.length + more.length);
        model.items.push(...more.map((itemId) => ({ itemId, failures: 0, result: undefined })));
        return;
      }
      case 'commit':
        return this.#commit(step.drafts.flatMap((draft) => this.#draft(draft)));
      case 'finish':
        this.#store.finish(this.#lease, { status: 'completed', progress: progressSnapshot(), lowWater: 0 });
        model.complete = model.progress = true;
        this.#seq = this.#store.lastSeq(this.#lease.jobKey);
        return;
      case 'reopen': {
        const failed = model.items.filter(({ result }) => result?.ok === false);
        const expected = step.retryFailed ? failed.length : 0;
        expect(this.#store.reopen(this.#lease, step)).toEqual({ reopened: expected });
        model.complete = false;
        if (!step.retryFailed) return;
        for (const item of failed) Object.assign(item, { result: undefined, failures: 0 });
        model.told = model.told.filter(({ result }) => result.ok);
        return;
      }
      case 'truncate':
        // Only before anything above was sent.
        if (model.items.slice(step.to).some(({ result, failures }) => result !== undefined || failures > 0)) return;
        if (step.to > model.items.length) return;
        this.#store.truncateItems(this.#lease, step.to);
        model.items.length = step.to;
        return;
      case 'take over':
        this.#stale = this.#lease;
        this.#store.release(this.#lease);
        this.#lease = this.#store.acquire('job');
        return;
      case 'open again':
        this.#store.close();
        this.#store = this.#open();
        this.#lease = this.#store.acquire('job');
    }
  }

  check(): void {
    const { model } = this;
    const key = this.#lease.jobKey;
    const store = this.#store;
    const record = store.findJob('job')!;
    expect(record).toMatchObject({ total: model.items.length, ...model.counts });
    expect(store.findJob('other')).toMatchObject({ total: 0, ok: 0, failed: 0 });
    expect(store.itemsAfter(key, 0, 100).map(({ itemId }) => itemId)).toEqual(model.items.map(({ itemId }) => itemId));
    const open = model.items.flatMap(({ itemId, failures, result }, n) =>
      result === undefined ? [{ ordinal: n + 1, itemId, request: `{"input":"${itemId}"}`, starts: 0, failures }] : [],
    );
    expect(store.claim(this.#lease, 0, 100)).toEqual(open);
    expect(store.results(key, 0, 100, 'all').map(({ seq, result }) => ({ seq, result }))).toEqual(model.told);
    for (const filter of ['ok', 'failed'] as const) {
      const wanted = model.told.filter(({ result }) => result.ok === (filter === 'ok'));
      expect(store.results(key, 0, 100, filter).map(({ seq }) => seq)).toEqual(wanted.map(({ seq }) => seq));
    }
    const inOrder = model.items.flatMap(({ result }) => result ?? []);
    expect(store.resultsInOrder(key, 0, 100, 'all').map(({ result }) => result)).toEqual(inOrder);
    // Whoever stopped after any event and goes on gets exactly the rest.
    const events = store.eventsAfter(key, 0, 100);
    expect(events.filter(({ type }) => type === 'item').map(({ seq }) => seq)).toEqual(
      model.told.map(({ seq }) => seq),
    );
    expect(events.map(({ type }) => type).filter((type) => type === 'complete')).toEqual(
      model.complete ? ['complete'] : [],
    );
    expect(events.filter(({ type }) => type === 'progress')).toHaveLength(model.progress ? 1 : 0);
    events.forEach(({ seq }, n) => expect(store.eventsAfter(key, seq, 100)).toEqual(events.slice(n + 1)));
    if (this.#stale !== undefined) {
      const { epoch } = this.#stale;
      expect(
        thrown(() => store.commit({ ...this.#lease, epoch }, { drafts: [], lowWater: 0, claimedTo: 0 })).code,
      ).toBe('lease_lost');
    }
  }

  close(): void {
    this.#store.close();
  }

  #open(): BatchStore {
    return sqliteStore({ path: this.#path, durability: 'normal' });
  }

  #draft(draft: Extract<Operation, { type: 'commit' }>['drafts'][number]): Draft[] {
    if (draft.kind === 'progress') return [{ type: 'progress', progress: progressSnapshot() }];
    const item = this.model.items[draft.at - 1];
    if (item === undefined) return [];
    const { itemId } = item;
    if (draft.kind === 'attempt') return [{ type: 'attempt', ordinal: draft.at, failures: draft.failures }];
    const error = { code: 'server_error', message: 'no', retryable: true } as const;
    const result: Result =
      draft.kind === 'ok'
        ? { itemId, ok: true, output: itemId, attempts: 1 }
        : { itemId, ok: false, error, attempts: 1 };
    return [{ type: 'item', ordinal: draft.at, result }];
  }

  #commit(drafts: readonly Draft[]): void {
    const { model } = this;
    const { events } = this.#store.commit(this.#lease, { drafts, lowWater: 0, claimedTo: 0 });
    let told = 0;
    for (const draft of drafts) {
      if (draft.type === 'progress') {
        model.progress = true;
        expect(events[told++]?.type).toBe('progress');
      }
      if (draft.type !== 'item' && draft.type !== 'attempt') continue;
      const item = model.items[draft.ordinal - 1]!;
      if (draft.type === 'attempt' && item.result === undefined) item.failures = draft.failures;
      if (draft.type !== 'item' || item.result !== undefined) continue;
      const event = events[told++]!;
      expect(event).toMatchObject({ type: 'item', result: draft.result });
      item.result = draft.result;
      model.told.push({ seq: event.seq, result: draft.result });
    }
    expect(events).toHaveLength(told);
    for (const { seq } of events) {
      expect(seq).toBeGreaterThan(this.#seq);
      this.#seq = seq;
    }
  }
}

it('any sequence of calls leaves the store as a plain model in memory has it', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 25 }), (steps) => {
      const pair = new Pair();
      try {
        for (const step of steps) {
          pair.run(step);
          pair.check();
        }
      } finally {
        pair.close();
      }
    }),
    { numRuns: 80 },
  );
}, 60_000);
