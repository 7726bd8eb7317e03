const newline = 10;
const pageLines = 256;
const pageBytes = 500_000;
/** A reader waits for a sign of life, and so many bytes may take a while. */
export const beatBytes = 4_000_000;

/** Some lines of a result file. */
export interface LinePage {
  /** Empty for a page that is a sign of life only. */
  readonly lines: readonly string[];
  /** Number of the first of them, from 0, among the lines that were read; blank ones do not count. */
  readonly first: number;
  /** Bytes of the file up to and including the last of them. */
  readonly offset: number;
}

/**
 * The lines of a result file in pages of at most 256 lines or about half a megabyte. Line feeds are looked for in the bytes, so that no
 * more than a page is ever decoded, and a character cut in two by a chunk border is whole again.
 *
 * @param start bytes of the file that are not wanted
 * @param skip how many of them are still to come, to be passed over; an empty page now and then says that it goes on
 */
export async function* linePages(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
  skip = 0,
): AsyncGenerator<LinePage, void, undefined> {
  let lines: string[] = [];
  let first = 0;
  let offset = start;
  let pageStart = start;
  let rest: Buffer[] = [];
  const take = (tail: Buffer, ended: boolean): void => {
    const bytes = rest.length === 0 ? tail : Buffer.concat([...rest, tail]);
    rest = [];
    const mark = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    offset += bytes.length + (ended ? 1 : 0);
    const text = bytes.toString('utf8', mark).trim();
    if (text !== '') lines.push(text);
  };
  const page = (): LinePage => {
    const full = { lines, first, offset };
    first += lines.length;
    lines = [];
    pageStart = offset;
    return full;
  };

  let left = skip;
  for await (const chunk of chunks) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (left > 0) {
      const passed = Math.min(left, bytes.length);
      if (Math.floor(left / beatBytes) > Math.floor((left - passed) / beatBytes)) yield page();
      left -= passed;
      bytes = bytes.subarray(passed);
    }
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      take(bytes.subarray(from, end), true);
      from = end + 1;
      if (lines.length >= pageLines || offset - pageStart >= pageBytes) yield page();
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  if (rest.length > 0) take(Buffer.alloc(0), false);
  if (lines.length > 0) yield page();
}
