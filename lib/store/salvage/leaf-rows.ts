import type { PageSource } from './page-source.js';
import { readRecord, Unreadable, varint, type Column } from './record.js';

const leafTable = 0x0d;
const leafIndex = 0x0a;

/** Where a row stands. */
export interface RowPlace {
  readonly page: number;
  /** Byte of the page its cell begins at. */
  readonly cell: number;
}

export interface Row extends RowPlace {
  /** Its integer key; null in an index. */
  readonly rowid: number | null;
  readonly columns: readonly Column[];
}

/** A row that ought to be here and cannot be read. */
export interface LostRow extends RowPlace {
  readonly rowid: number | null;
  readonly columns: undefined;
}

/** The rows on a page that is a leaf of a table or of an index; none where it is neither. */
export function* leafRows(source: PageSource, page: number, bytes: Buffer): Generator<Row | LostRow, void, undefined> {
  const start = page === 1 ? 100 : 0;
  const kind = bytes[start];
  if (kind !== leafTable && kind !== leafIndex) return;
  const cells = bytes.readUInt16BE(start + 3);
  for (let n = 0; n < cells; n++) {
    const pointer = start + 8 + n * 2;
    if (pointer + 2 > bytes.length) return;
    yield rowAt(source, bytes, kind, { page, cell: bytes.readUInt16BE(pointer) });
  }
}

/** One row again, by its place. */
export function readRow(source: PageSource, place: RowPlace): Row | LostRow {
  const bytes = source.page(place.page);
  return bytes === undefined ? { ...place, rowid: null, columns: undefined } : rowAt(source, bytes, leafTable, place);
}

function rowAt(source: PageSource, bytes: Buffer, kind: number, place: RowPlace): Row | LostRow {
  let rowid: number | null = null;
  try {
    const [length, afterLength] = varint(bytes, place.cell);
    let at = afterLength;
    if (kind === leafTable) [rowid, at] = varint(bytes, at);
    return { ...place, rowid, columns: readRecord(payload(source, bytes, at, length, kind)) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ...place, rowid, columns: undefined };
  }
}

/** A record's bytes: what stands on the page, and the pages that go on with it. */
function payload(source: PageSource, bytes: Buffer, at: number, length: number, kind: number): Buffer {
  const { usable } = source;
  const most = kind === leafTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (length <= most) return slice(bytes, at, length);
  if (length > source.count * usable) throw new Unreadable('longer than the file');
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const even = least + ((length - least) % (usable - 4));
  const local = even <= most ? even : least;
  const parts = [slice(bytes, at, local)];
  let left = length - local;
  for (let next = slice(bytes, at + local, 4).readUInt32BE(0); left > 0;) {
    const page = source.page(next);
    if (page === undefined) throw new Unreadable('its next page is not there');
    const part = slice(page, 4, Math.min(left, usable - 4));
    parts.push(part);
    left -= part.length;
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function slice(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new Unreadable('beyond its page');
  return bytes.subarray(at, at + length);
}
