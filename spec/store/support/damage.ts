import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { leafRows } from '../../../lib/store/salvage/leaf-rows.js';
import { PageSource } from '../../../lib/store/salvage/page-source.js';
import type { BatchStore, Draft } from '../../../lib/store/store.js';
import { openJob } from './fill.js';

export const pageSize = 8_192;

/** Of every twentieth item the body fills several pages. */
export const bodyOf = (ordinal: number): string => `answer ${ordinal} `.repeat(ordinal % 20 === 0 ? 1_000 : 10);

/** A job with so many results, every seventh of them a failure, in commits of fifty. */
export function fill(store: BatchStore, count: number, jobId = 'job'): void {
  const { lease } = openJob(store, count, jobId);
  for (let from = 1; from <= count; from += 50) {
    const last = Math.min(count, from + 49);
    const drafts = Array.from({ length: last - from + 1 }, (_, n) => draft(from + n));
    store.commit(lease, { drafts, lowWater: last, claimedTo: last });
  }
  store.release(lease);
}

function draft(ordinal: number): Draft {
  const item = { itemId: `i${ordinal}`, attempts: 1 };
  const error = { code: 'server_error', message: bodyOf(ordinal), retryable: true } as const;
  const result =
    ordinal % 7 === 0
      ? { ...item, ok: false as const, error }
      : { ...item, ok: true as const, output: bodyOf(ordinal) };
  return { type: 'item', ordinal, result };
}

/** Pages by what stands on them: the name of a table or index, and whether it is a leaf. */
export function pagesOf(path: string): ReadonlyMap<string, readonly number[]> {
  const db = new Database(path, { readonly: true });
  const roots = db.prepare('SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0').all() as {
    readonly name: string;
    readonly rootpage: number;
  }[];
  db.close();
  const bytes = readFileSync(path);
  const pages = new Map<string, number[]>([['header', [1]]]);
  const walk = (name: string, page: number): void => {
    const at = (page - 1) * pageSize;
    const kind = bytes[at] ?? 0;
    const leaf = kind === 0x0d || kind === 0x0a;
    const key = `${name}${leaf ? '' : ' (inner)'}`;
    pages.set(key, [...(pages.get(key) ?? []), page]);
    if (leaf) return;
    for (let n = 0; n < bytes.readUInt16BE(at + 3); n++)
      walk(name, bytes.readUInt32BE(at + bytes.readUInt16BE(at + 12 + n * 2)));
    walk(name, bytes.readUInt32BE(at + 8));
  };
  for (const { name, rootpage } of roots) walk(name, rootpage);
  return pages;
}

/** Puts page `from` into the place of page `to` as well, or has them change places. */
export function misplace(path: string, from: number, to: number, how: 'copy' | 'swap'): void {
  const bytes = readFileSync(path);
  const page = (number: number): Buffer => Buffer.from(bytes.subarray((number - 1) * pageSize, number * pageSize));
  const [first, second] = [page(from), page(to)];
  first.copy(bytes, (to - 1) * pageSize);
  if (how === 'swap') second.copy(bytes, (from - 1) * pageSize);
  writeFileSync(path, bytes);
}

/** Sequences of the results that stand on a page, with or without a body that goes on elsewhere. */
export function resultsOn(path: string, page: number): number {
  const source = new PageSource(path);
  const rows = [...leafRows(source, page, source.page(page)!)];
  source.close();
  return rows.filter(({ columns }) => columns?.length === 7 && columns[2] === 2).length;
}

/** The write-ahead log of a database of another program, made at this path, with pages of so many bytes. */
export function foreignLog(path: string, bytes = 4_096): Buffer {
  const db = new Database(path);
  db.pragma(`page_size = ${bytes}`);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE jobs (mine TEXT)');
  const row = db.prepare('INSERT INTO jobs VALUES (?)');
  for (let n = 0; n < 100; n++) row.run('x'.repeat(2_000));
  const log = readFileSync(`${path}-wal`);
  db.close();
  return log;
}

/** As an earlier version of the library made it. */
export function beginFile(path: string, pages: number): void {
  const db = new Database(path);
  db.pragma(`page_size = ${pages}`);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.exec('CREATE TABLE one (a); DROP TABLE one');
  db.close();
}
