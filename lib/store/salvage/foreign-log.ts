import type { WalPages } from './wal-pages.js';

/** Marks the file as this library's ("obat"), so that a database of something else is refused instead of written to. */
export const applicationId = 0x6f626174;

/** Whether a write-ahead log was written for a database of another program, and only lies beside one of ours. */
export function isForeignLog(header: Buffer, log: WalPages): boolean {
  const first = log.read(1);
  return first !== undefined && isOurs(header) && !isOurs(first);
}

/** https://sqlite.org/fileformat2.html#the_database_header */
function isOurs(firstPage: Buffer): boolean {
  return firstPage.readUInt32BE(68) === applicationId;
}
