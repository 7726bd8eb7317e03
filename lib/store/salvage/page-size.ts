import { readSync } from 'node:fs';

/** Of our files: since pages of 8 KiB, and before. */
const ownSizes = [8_192, 4_096] as const;
/** Places looked at: enough for chance to say nothing. */
const samples = 512;

/** Leaves without which a header is believed. */
const enoughLeaves = 4;

/** As the header of a database states it, unless its length and its pages deny it; undefined where that is no header. */
export function pageSizeOf(header: Buffer, file: number, bytes: number): number | undefined {
  const stated = statedPageSize(header);
  if (stated === undefined || header.readUInt32BE(28) * stated === bytes) return stated;
  const leaves = countLeaves(file, bytes);
  return leaves.starts + leaves.middles < enoughLeaves ? stated : sizeBy(leaves);
}

function statedPageSize(header: Buffer): number | undefined {
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return undefined;
  const stated = header.readUInt16BE(16);
  const size = stated === 1 ? 65_536 : stated;
  return size >= 512 && (size & (size - 1)) === 0 ? size : undefined;
}

/**
 * What a database without its header must have: small pages begin in the middle of what would be large ones, too.
 * `bytes`: the file's length.
 */
export function likelyPageSize(file: number, bytes: number): number {
  return sizeBy(countLeaves(file, bytes));
}

interface Leaves {
  readonly starts: number;
  readonly middles: number;
}

function sizeBy({ starts, middles }: Leaves): number {
  const [large, small] = ownSizes;
  return middles > starts / 4 ? small : large;
}

function countLeaves(file: number, bytes: number): Leaves {
  const [large, small] = ownSizes;
  const step = Math.max(1, Math.floor(bytes / large / samples)) * large;
  let middles = 0;
  let starts = 0;
  for (let at = large; at + large <= bytes; at += step) {
    if (isLeaf(file, at)) starts++;
    if (isLeaf(file, at + small)) middles++;
  }
  return { starts, middles };
}

/** The same of a write-ahead log: every frame bears the salt of its generation. */
export function likelyFrameSize(saltAt: (pageSize: number, frame: number) => Buffer | undefined): number {
  const same = (size: number): number =>
    [1, 2, 3, 4].filter((n) => saltAt(size, n)?.equals(saltAt(size, n - 1) ?? Buffer.of()) === true).length;
  const [large, small] = ownSizes;
  return same(small) > same(large) ? small : large;
}

/** Whether a leaf of a table or an index begins there (https://sqlite.org/fileformat2.html#b_tree_pages). */
function isLeaf(file: number, at: number): boolean {
  const header = Buffer.alloc(8);
  if (readSync(file, header, 0, 8, at) < 8) return false;
  const kind = header[0];
  const cells = header.readUInt16BE(3);
  const content = header.readUInt16BE(5);
  return (kind === 0x0d || kind === 0x0a) && cells > 0 && content >= 8 + cells * 2 && content < Math.max(...ownSizes);
}
