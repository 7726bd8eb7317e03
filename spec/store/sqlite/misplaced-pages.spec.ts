import { copyFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isBatchError } from '../../../lib/core/errors.js';
import type { BatchStore, Draft, PlacedResult } from '../../../lib/store/store.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { misplace, pagesOf } from '../support/damage.js';
import { okDraft, openJob, thrown } from '../support/fill.js';

const newPath = tempDatabases();
const open = (path: string): BatchStore => sqliteStore({ path, durability: 'normal' });
const hows = ['copy', 'swap'] as const;

const totals = [
  [1, 1_200],
  [2, 1_700],
] as const;

/** Two jobs, so that the leaves of both stand beside each other; every fifth item failed. */
function twoJobs(): string {
  const path = newPath();
  const store = open(path);
  for (const [key, total] of totals) {
    const { lease } = openJob(store, total, `job ${key}`);
    const drafts = Array.from({ length: total }, (_, n) => (n % 5 === 0 ? failedDraft(n + 1) : okDraft(n + 1)));
    store.commit(lease, { drafts, lowWater: total, claimedTo: total });
    store.release(lease);
  }
  store.close();
  return path;
}

function failedDraft(ordinal: number): Draft {
  const error = { code: 'server_error', message: 'no', retryable: true } as const;
  return { type: 'item', ordinal, result: { itemId: `i${ordinal}`, ok: false, error, attempts: 1 } };
}

/** Copies of a file with two of the pages of these tables or indexes in each other's place, or one in both. */
function* misplaced(path: string, ...names: readonly string[]): Generator<string, void, undefined> {
  const pages = names.flatMap((name) => pagesOf(path).get(name) ?? []);
  const copy = newPath();
  for (const from of pages)
    for (const to of pages)
      for (const how of hows) {
        if (from === to || (how === 'swap' && from > to)) continue;
        copyFileSync(path, copy);
        misplace(copy, from, to, how);
        yield copy;
      }
}

/** Every row, page by page, or what was found out before the end; never more rows than there can be. */
function readAll<R>(
  page: (after: number) => readonly R[],
  placeOf: (row: R) => number,
): readonly R[] | 'store_corrupt' {
  const rows: R[] = [];
  try {
    for (let after = 0; ;) {
      const next = page(after);
      const last = next.at(-1);
      if (last === undefined) return rows;
      rows.push(...next);
      if (rows.length > 10_000) throw new Error('reading does not end');
      after = placeOf(last);
    }
  } catch (error) {
    if (!isBatchError(error)) throw error;
    expect(error.message).toContain('openapi-batch results <job-id> --salvage');
    return error.code as 'store_corrupt';
  }
}

/** Of results that belong to their items. */
function ordinalsOf(results: readonly PlacedResult[]): readonly number[] {
  expect(results.filter(({ ordinal, result }) => result.itemId !== `i${ordinal}`)).toEqual([]);
  return results.map(({ ordinal }) => ordinal);
}

describe('index pages of events in the wrong place', () => {
  it('never make a reading endless, repeat a row, or show one of another job', () => {
    const path = twoJobs();
    let refused = 0;
    for (const copy of misplaced(path, 'events_by_job', 'events_failed')) {
      const store = open(copy);
      for (const [key, total] of totals) {
        for (const filter of ['all', 'ok', 'failed'] as const) {
          const read = readAll(
            (after) => store.results(key, after, 500, filter),
            ({ seq }) => seq,
          );
          if (read === 'store_corrupt') refused++;
          else {
            const ordinals = ordinalsOf(read);
            expect(new Set(ordinals).size).toBe(ordinals.length);
            expect(ordinals.every((ordinal) => ordinal <= total)).toBe(true);
            expect(read.every(({ result }) => filter === 'all' || result.ok === (filter === 'ok'))).toBe(true);
          }
        }
        const events = readAll(
          (after) => store.eventsAfter(key, after, 500),
          ({ seq }) => seq,
        );
        if (events !== 'store_corrupt') expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length);
        const failures = readAll(
          (after) => store.failures(key, after, 500),
          ({ seq }) => seq,
        );
        if (failures !== 'store_corrupt') expect(failures.every(({ code }) => code === 'server_error')).toBe(true);
      }
      store.close();
    }
    expect(refused).toBeGreaterThan(10);
  });
});

describe('pages of items in the wrong place', () => {
  it('never show an item of another job, or one twice', () => {
    const path = twoJobs();
    for (const copy of misplaced(path, 'item_states', 'item_states (inner)', 'items (inner)')) {
      const store = open(copy);
      for (const [key, total] of totals) {
        const results = readAll(
          (after) => store.resultsInOrder(key, after, 500, 'all'),
          ({ ordinal }) => ordinal,
        );
        if (results !== 'store_corrupt') expect(new Set(ordinalsOf(results)).size).toBe(results.length);
        const found = readAll(
          (after) => store.findItems(key, after, total, 500, {}),
          ({ ordinal }) => ordinal,
        );
        if (found !== 'store_corrupt')
          expect(
            found.every(
              ({ itemId, ordinal, result }) =>
                itemId === `i${ordinal}` && (result === null || result.itemId === itemId),
            ),
          ).toBe(true);
        const items = readAll(
          (after) => store.itemsAfter(key, after, 500),
          ({ ordinal }) => ordinal,
        );
        if (items !== 'store_corrupt')
          expect(items.every(({ itemId, ordinal }) => itemId === `i${ordinal}`)).toBe(true);
      }
      store.close();
    }
  });

  it('never hand out an item twice', () => {
    const path = newPath();
    const store = open(path);
    const { lease } = openJob(store, 3_000);
    store.commit(lease, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 });
    store.close();
    const leaves = pagesOf(path).get('items')!;
    for (const how of hows) {
      const copy = newPath();
      copyFileSync(path, copy);
      misplace(copy, leaves.at(-1)!, leaves[2]!, how);
      const damaged = open(copy);
      const mine = damaged.acquire('job');
      expect(
        readAll(
          (after) => damaged.claim(mine, after, 256),
          ({ ordinal }) => ordinal,
        ),
      ).toBe('store_corrupt');
      damaged.close();
    }
  });

  it('say so of a result that is not where its item says', () => {
    const path = twoJobs();
    const store = open(path);
    const last = store.lastSeq(1);
    store.close();
    const db = new Database(path);
    db.prepare('DELETE FROM events WHERE seq = ?').run(last);
    db.close();
    const damaged = open(path);
    expect(thrown(() => damaged.resultsInOrder(1, 0, 5_000, 'all')).message).toContain('not where its item says');
    expect(thrown(() => damaged.findItems(1, 1_100, 1_200, 200, {})).code).toBe('store_corrupt');
    // What is left of a job that was deleted goes bit by bit: that is no damage.
    damaged.deleteJob('job 1');
    expect(damaged.resultsInOrder(1, 0, 5_000, 'all')).toEqual([]);
    damaged.close();
  });
});
