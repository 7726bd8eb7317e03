import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LogHealth } from './log-health.js';
import { likelyFrameSize } from './page-size.js';

/** Nothing was read. */
export const noWal: WalPages = { pageSize: undefined, count: 0, damaged: false, read: () => undefined };

/** The newest committed version of the pages in a write-ahead log. */
export interface WalPages {
  /** As its header states it; undefined without a log that can be read. */
  readonly pageSize: number | undefined;
  /** Pages of the database as of the last commit in it. */
  readonly count: number;
  /** A commit stands behind something that is not what was written: SQLite would pass over it in silence. */
  readonly damaged: boolean;
  read(page: number): Buffer | undefined;
  close?(): void;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
const littleEndian = 0x377f0682;
const bigEndian = 0x377f0683;

type Checksum = readonly [number, number];

/**
 * Reads a log after https://sqlite.org/fileformat2.html#the_write_ahead_log. SQLite stops at the first frame whose checksum is
 * wrong; here every frame counts that goes with the one before it and has a commit behind it, so a damaged one costs itself
 * and its neighbour.
 */
export function readWal(path: string, statedSize: number | undefined): WalPages {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const header = readAt(file, 0, headerBytes);
  const close = (): void => closeSync(file);
  const magic = header?.readUInt32BE(0);
  const pageSize =
    statedSize ??
    (magic === littleEndian || magic === bigEndian
      ? header?.readUInt32BE(8)
      : likelyFrameSize((bytes, frame) => readSalt(file, frameHeaderBytes + bytes, frame)));
  if (header === undefined || pageSize === undefined || pageSize < 512 || pageSize > 65_536) return { ...noWal, close };

  const frameBytes = frameHeaderBytes + pageSize;
  const big = magic === bigEndian;
  const intact = isIntact(header, big);
  const salt = intact ? header.subarray(16, 24) : usualSalt(file, frameBytes);
  const newest = new Map<number, number>();
  let pending: (readonly [page: number, offset: number])[] = [];
  let before: Checksum = [header.readUInt32BE(24), header.readUInt32BE(28)];
  let count = 0;
  const health = new LogHealth(intact);
  for (let at = headerBytes; at + frameBytes <= size; at += frameBytes) {
    const frame = readAt(file, at, frameBytes);
    if (frame === undefined) break;
    const stated: Checksum = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
    const own = checksum(frame.subarray(frameHeaderBytes), checksum(frame.subarray(0, 8), before, big), big);
    before = stated;
    if (own[0] !== stated[0] || own[1] !== stated[1] || !frame.subarray(8, 16).equals(salt)) {
      health.broken();
      continue;
    }
    pending.push([frame.readUInt32BE(0), at + frameHeaderBytes]);
    const committed = frame.readUInt32BE(4);
    health.intact(committed !== 0);
    if (committed === 0) continue;
    count = committed;
    for (const [page, offset] of pending) newest.set(page, offset);
    pending = [];
  }
  return {
    pageSize,
    count,
    damaged: health.damaged,
    read: (page) => {
      const offset = newest.get(page);
      return offset === undefined ? undefined : readAt(file, offset, pageSize);
    },
    close,
  };
}

/** What the first frames say, where the header is damaged; frames of an earlier generation lie behind those of this one. */
function usualSalt(file: number, frameBytes: number): Buffer {
  const salts = [0, 1, 2, 3, 4].flatMap((frame) => readSalt(file, frameBytes, frame) ?? []);
  const votes = (salt: Buffer): number => salts.filter((other) => other.equals(salt)).length;
  return salts.reduce((best, salt) => (votes(salt) > votes(best) ? salt : best), salts[0] ?? Buffer.alloc(8));
}

function readSalt(file: number, frameBytes: number, frame: number): Buffer | undefined {
  return readAt(file, headerBytes + frame * frameBytes + 8, 8);
}

function isIntact(header: Buffer, big: boolean): boolean {
  const [one, two] = checksum(header.subarray(0, 24), [0, 0], big);
  return one === header.readUInt32BE(24) && two === header.readUInt32BE(28);
}

function checksum(bytes: Buffer, [one, two]: Checksum, big: boolean): Checksum {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let a = one | 0;
  let b = two | 0;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + words.getInt32(at, !big) + b) | 0;
    b = (b + words.getInt32(at + 4, !big) + a) | 0;
  }
  return [a >>> 0, b >>> 0];
}

function readAt(file: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  return readSync(file, bytes, 0, length, position) === length ? bytes : undefined;
}
