import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Result } from '../../../lib/core/result.js';
import { openSalvage } from '../../../lib/store/salvage/salvaged-job.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore } from '../../../lib/store/store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { beginFile, bodyOf, fill, foreignLog, pagesOf, pageSize, resultsOn } from '../support/damage.js';
import { okDraft, openJob, thrown } from '../support/fill.js';

const newPath = tempDatabases();
const count = 900;

/** A database that was closed in order: one file. */
function wholeFile(pages = pageSize): string {
  const path = newPath();
  if (pages !== pageSize) beginFile(path, pages);
  const store = sqliteStore({ path, durability: 'normal' });
  fill(store, count);
  fill(store, 30, 'other');
  store.close();
  return path;
}

function salvaged(path: string, jobId = 'job') {
  const before = readFileSync(path);
  const salvage = openSalvage(path);
  const job = salvage.job(jobId);
  const results = job === undefined ? [] : [...job.results('completion')].filter((result) => result !== undefined);
  salvage.close();
  expect(readFileSync(path).equals(before)).toBe(true);
  expectRight(results);
  return { results, expected: job?.expected, found: job?.found };
}

/** What is read is what was written, for the right item. */
function expectRight(results: readonly Result[]): void {
  for (const result of results) {
    const ordinal = Number(result.itemId.slice(1));
    expect(result.ok ? result.output : result.error.message).toBe(bodyOf(ordinal));
    expect(result.ok).toBe(ordinal % 7 !== 0);
  }
  expect(new Set(results.map(({ itemId }) => itemId)).size).toBe(results.length);
}

function overwrite(path: string, from: number, to: number, fillWith: number | Buffer = 0x5a): void {
  const bytes = readFileSync(path);
  bytes.fill(fillWith, from, to);
  writeFileSync(path, bytes);
}

/** Everything a client asks of a job. */
function useAll(path: string): void {
  const store: BatchStore = sqliteStore({ path, lockTimeoutMs: 50 });
  try {
    const job = store.findJob('job');
    store.listJobs();
    const key = job?.key ?? 1;
    store.eventsAfter(key, 0, 10_000);
    store.results(key, 0, 10_000, 'all');
    store.resultsInOrder(key, 0, 10_000, 'all');
    store.claim(store.acquire('job'), 0, 10_000);
  } finally {
    store.close();
  }
}

describe('salvage', () => {
  it('reads everything from a file that is whole, in either order', () => {
    const path = wholeFile();
    expect(salvaged(path)).toMatchObject({ expected: count, found: count, results: { length: count } });
    expect(salvaged(path, 'other').results).toHaveLength(30);
    const salvage = openSalvage(path);
    const inOrder = [...salvage.job('job')!.results('input')].map((result) => result?.itemId);
    expect(inOrder).toEqual(Array.from({ length: count }, (_, n) => `i${n + 1}`));
    expect(salvage.job('nobody')).toBeUndefined();
    expect([...salvage.jobIds].sort()).toEqual(['job', 'other']);
    salvage.close();
  });

  it.each([
    'header',
    'items',
    'items (inner)',
    'item_states',
    'item_states (inner)',
    'events (inner)',
    'jobs',
    'events_by_job',
  ])('loses nothing to a damaged page of: %s', (region) => {
    const path = wholeFile();
    const page = pagesOf(path).get(region)!.at(-1)!;
    overwrite(path, (page - 1) * pageSize, page * pageSize);
    expect(salvaged(path).results).toHaveLength(count);
  });

  it.each([4_096, 8_192])('knows pages of %i bytes without the header that tells of them', (bytes) => {
    const path = wholeFile(bytes);
    expect(readFileSync(path).readUInt16BE(16)).toBe(bytes);
    overwrite(path, 0, 512);
    expect(salvaged(path).results).toHaveLength(count);
  });

  it.each([512, 2_048, 4_096, 8_192, 16_384])('believes its pages before a header that says %i bytes', (stated) => {
    for (const bytes of [4_096, 8_192]) {
      const path = wholeFile(bytes);
      overwrite(path, 16, 18, Buffer.from([stated >> 8, stated & 0xff]));
      expect(salvaged(path).results).toHaveLength(count);
    }
  });

  it.each([4_096, 8_192])('leaves out the write-ahead log of another program, with pages of %i bytes', (bytes) => {
    const path = wholeFile(bytes);
    writeFileSync(`${path}-wal`, foreignLog(newPath(), bytes));
    expect(salvaged(path).results).toHaveLength(count);
  });

  it('loses the results of a damaged page of results, and says how many there were', () => {
    const path = wholeFile();
    for (const page of pagesOf(path).get('events')!.slice(2, 6)) {
      const copy = newPath();
      copyFileSync(path, copy);
      const lost = resultsOn(copy, page);
      overwrite(copy, (page - 1) * pageSize, page * pageSize);
      const { results, expected } = salvaged(copy);
      expect([results.length, expected]).toEqual([count - lost, count]);
    }
  });

  it('reads what stands before the end of a file that was cut off', () => {
    const path = wholeFile();
    const { size } = statSync(path);
    for (const share of [0.25, 0.5, 0.9]) {
      const copy = newPath();
      copyFileSync(path, copy);
      truncateSync(copy, Math.floor(size * share));
      const { results } = salvaged(copy);
      expect(results.length).toBeGreaterThan(count * share * 0.3);
      expect(results.length).toBeLessThan(count);
      expect(thrown(() => useAll(copy))).toMatchObject({ code: 'store_corrupt' });
    }
  });

  it('whatever is damaged: reads nothing wrong, changes nothing, and never gives up', () => {
    const whole = readFileSync(wholeFile());
    const path = newPath();
    const hole = fc.record({
      at: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
      kind: fc.constantFrom('noise' as const, 'zeros' as const, 'another page' as const),
    });
    fc.assert(
      fc.property(
        fc.array(hole, { minLength: 1, maxLength: 4 }),
        fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        (holes, cut) => {
          const bytes = Buffer.from(whole);
          for (const { at, bytes: noise, kind } of holes) {
            if (kind === 'another page')
              bytes.copy(
                bytes,
                at - (at % pageSize),
                (at * 7) % (whole.length - pageSize),
                ((at * 7) % (whole.length - pageSize)) + pageSize,
              );
            else
              bytes.set(
                kind === 'noise' ? noise : new Uint8Array(noise.length),
                Math.min(at, whole.length - noise.length),
              );
          }
          writeFileSync(path, cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length)));
          const salvage = openSalvage(path);
          const ids = [...(salvage.job('job')?.results('input') ?? [])].map((result) => result?.itemId);
          salvage.close();
          expect(ids.length).toBeLessThanOrEqual(count);
          const known = ids.filter((id) => id !== undefined);
          expect(new Set(known).size).toBe(known.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('leaves out what was deleted or taken back', () => {
    const path = newPath();
    const store = sqliteStore({ path, durability: 'normal' });
    fill(store, count);
    const lease = store.acquire('job');
    store.reopen(lease, { retryFailed: true });
    store.release(lease);
    fill(store, 200, 'gone');
    store.deleteJob('gone');
    while (!store.sweep().done);
    store.close();
    const { results, expected } = salvaged(path);
    expect([results.length, results.every(({ ok }) => ok)]).toEqual([expected, true]);
    expect(salvaged(path, 'gone').results).toEqual([]);
  });
});

describe('a write-ahead log', () => {
  /** A database of which most is in the log, as a kill leaves it. */
  function killed(pages = pageSize): { readonly path: string; readonly whole: number } {
    const path = newPath();
    if (pages !== pageSize) beginFile(path, pages);
    const store = sqliteStore({ path, durability: 'normal' });
    fill(store, 40);
    store.checkpoint();
    const lease = store.acquire('job');
    store.appendItems(
      lease,
      Array.from({ length: 60 }, (_, n) => ({
        itemId: `i${41 + n}`,
        hash: new Uint8Array(16),
        request: '{"input":"x"}',
      })),
    );
    for (let n = 41; n <= 100; n++)
      store.commit(lease, {
        drafts: [{ ...okDraft(n, bodyOf(n)), ...(n % 7 === 0 ? failure(n) : {}) } as never],
        lowWater: n,
        claimedTo: n,
      });
    const copy = newPath();
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${copy}${end}`);
    store.close();
    return { path: copy, whole: statSync(`${copy}-wal`).size };
  }
  const failure = (n: number) => ({
    result: {
      itemId: `i${n}`,
      ok: false,
      attempts: 1,
      error: { code: 'server_error', message: bodyOf(n), retryable: true },
    },
  });

  it('is read with the file', () => expect(salvaged(killed().path).results).toHaveLength(100));

  it('of an ordinary crash, whose last commit was cut off, opens as before', () => {
    const { path, whole } = killed();
    truncateSync(`${path}-wal`, whole - 1_000);
    const store = sqliteStore({ path });
    expect(store.findJob('job')?.ok).toBeGreaterThan(40);
    store.close();
  });

  it.each([0, 0.1, 0.5, 0.8])(
    'damaged at %d of it is refused, is still there afterwards, and is read around',
    (share) => {
      const { path, whole } = killed();
      const at = Math.floor(whole * share);
      overwrite(`${path}-wal`, at, at + 64);
      const error = thrown(() => useAll(path));
      expect(error.code).toBe('store_corrupt');
      expect(error.message).toMatch(
        /is damaged \(its write-ahead log has lost a part\); .* results <job-id> --salvage --db /,
      );
      expect(statSync(`${path}-wal`).size).toBe(whole);
      expect(salvaged(path).results.length).toBeGreaterThanOrEqual(97);
    },
  );

  it.each([4_096, 8_192])('without its first bytes, beside a file without any: %i bytes a page', (bytes) => {
    const { path } = killed(bytes);
    truncateSync(path, 0);
    overwrite(`${path}-wal`, 0, 32);
    expect(salvaged(path).results.length).toBeGreaterThanOrEqual(59);
  });

  it('beside a file that lost all its bytes is not thrown away', () => {
    const { path, whole } = killed();
    truncateSync(path, 0);
    expect(thrown(() => sqliteStore({ path })).message).toContain('it is empty, but its write-ahead log is not');
    expect(statSync(`${path}-wal`).size).toBe(whole);
    expect(salvaged(path).results.length).toBeGreaterThanOrEqual(60);
  });
});

describe('a damaged file met by a client', () => {
  it.each([
    'header',
    'items',
    'item_states',
    'events',
    'events (inner)',
    'jobs',
    'events_by_job',
    'sqlite_autoindex_jobs_1',
  ])('gives one clear error that says how to go on: %s', (region) => {
    const path = wholeFile();
    for (const page of pagesOf(path).get(region)!) overwrite(path, (page - 1) * pageSize, page * pageSize);
    const error = thrown(() => useAll(path));
    expect(error.code).toBe('store_corrupt');
    expect(error.message).toContain(`openapi-batch results <job-id> --salvage --db ${path}`);
    expect(error.message).not.toContain('\n');
    expect(existsSync(path)).toBe(true);
  });

  it('a result whose text was overwritten is damage, not a mistake of the program', () => {
    const path = newPath();
    const store = sqliteStore({ path, durability: 'normal' });
    const { lease, key } = openJob(store, 1);
    store.commit(lease, { drafts: [okDraft(1, 'x'.repeat(20_000))], lowWater: 1, claimedTo: 1 });
    store.close();
    const at = readFileSync(path).indexOf('x'.repeat(3_000));
    overwrite(path, at, at + 2_000, 0);
    const again = sqliteStore({ path });
    expect(thrown(() => again.results(key, 0, 10, 'all'))).toMatchObject({ code: 'store_corrupt' });
    expect(thrown(() => again.eventsAfter(key, 0, 10)).message).toContain('--salvage');
    again.close();
  });
});
