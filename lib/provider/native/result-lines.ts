import { OpenLine } from './open-line.js';

const newline = 10;
const pageLines = 256;
const pageBytes = 500_000;
/** A reader waits for a sign of life, and so many bytes may take a while. */
export const beatBytes = 4_000_000;
/** As the longest answer that is read (`maxResponseBytes`) is by default: no result has more bytes. */
const longestLine = 128 * 1024 * 1024;
/** So many of the longest without a line feed are no file of results, and may have no end. */
const endless = 8;

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
 * more than a page is ever decoded, and a character cut in two by a chunk border is whole again. Of a line above the longest only
 * the beginning is given out, which nobody can read, behind a page of what came before it.
 *
 * @param start bytes of the file that are not wanted
 * @param skip how many of them are still to come, to be passed over; an empty page now and then says that it goes on
 */
export async function* linePages(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
  skip = 0,
  longest = longestLine,
): AsyncGenerator<LinePage, void, undefined> {
  const line = new OpenLine(longest);
  let lines: string[] = [];
  let first = 0;
  let offset = start;
  let pageStart = start;
  const take = (ended: boolean): void => {
    const bytes = line.length;
    const text = line.end(offset === 0);
    offset += bytes + (ended ? 1 : 0);
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
      if (isBeat(left - passed, left)) yield page();
      left -= passed;
      bytes = bytes.subarray(passed);
    }
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      line.add(bytes.subarray(from, end));
      from = end + 1;
      if (line.isTooLong && lines.length > 0) yield page();
      take(true);
      if (lines.length >= pageLines || offset - pageStart >= pageBytes) yield page();
    }
    if (from === bytes.length) continue;
    const before = line.length;
    line.add(bytes.subarray(from));
    if (line.isTooLong && (lines.length > 0 || isBeat(before, line.length))) yield page();
    if (line.length > endless * longest) break;
  }
  if (line.length > 0) take(false);
  if (lines.length > 0) yield page();
}

function isBeat(before: number, after: number): boolean {
  return Math.floor(after / beatBytes) > Math.floor(before / beatBytes);
}
