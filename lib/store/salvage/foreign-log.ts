import type { WalPages } from './wal-pages.js';

/** Marks the file as this library's ("obat"), so that a database of something else is refused instead of written to. */
export const applicationId = 0x6f626174;

/** Whether a write-ahead log was written for a database of another program, and only lies beside one of ours. */
export function isForeignLog(header: Buffer, log: WalPages): boolean {
  const first = log.read(1);
  return first !== undefined && !isForeignPage(header) && isForeignPage(first);
}

/** Whether a first page is not that of a database of ours (https://sqlite.org/fileformat2.html#the_database_header). */
export function isForeignPage(first: Buffer): boolean {
  return first.readUInt32BE(68) !== applicationId;
}

/** Whether a first page is that of a database in which nothing was made yet: a leaf without cells, at 100. */
export function isBlankPage(first: Buffer): boolean {
  return first[100] === 0x0d && first.readUInt16BE(103) === 0;
}
