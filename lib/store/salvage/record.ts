export type Column = number | string | Buffer | null;

/** Thrown inside this folder only: bytes that are no record. */
export class Unreadable extends Error {}

/** A number of 1 to 9 bytes, and where it ends. */
export function varint(bytes: Buffer, at: number): readonly [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new Unreadable('cut off');
    // Beyond 2^53 nothing of ours reaches; a damaged one is refused by whoever asks for its size.
    value = i === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
    if (byte < 0x80 || i === 8) return [value, at + i + 1];
  }
  throw new Unreadable('cut off');
}

/** The columns of a record (https://sqlite.org/fileformat2.html#record_format). Throws {@link Unreadable}. */
export function readRecord(payload: Buffer): readonly Column[] {
  const [headerBytes, first] = varint(payload, 0);
  if (headerBytes > payload.length) throw new Unreadable('a header longer than its record');
  const columns: Column[] = [];
  let body = headerBytes;
  for (let at = first; at < headerBytes;) {
    const [type, end] = varint(payload, at);
    at = end;
    const length = lengthOf(type);
    if (body + length > payload.length) throw new Unreadable('a column beyond its record');
    columns.push(readColumn(payload.subarray(body, body + length), type));
    body += length;
  }
  if (body !== payload.length) throw new Unreadable('bytes left over');
  return columns;
}

const fixed: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function lengthOf(type: number): number {
  const length = type < 12 ? fixed[type] : Math.floor((type - 12) / 2);
  if (length === undefined) throw new Unreadable('a type that is not used');
  return length;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readColumn(bytes: Buffer, type: number): Column {
  if (type >= 12) return type % 2 === 0 ? bytes : text(bytes);
  switch (type) {
    case 0:
      return null;
    case 7:
      return bytes.readDoubleBE(0);
    case 8:
      return 0;
    case 9:
      return 1;
    case 6:
      return Number(bytes.readBigInt64BE(0));
    default:
      return bytes.readIntBE(0, bytes.length);
  }
}

function text(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Unreadable('not UTF-8');
  }
}
