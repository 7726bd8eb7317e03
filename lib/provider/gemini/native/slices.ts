export interface Slice {
  readonly bytes: Uint8Array;
  /** Place of its first byte. */
  readonly offset: number;
  readonly last: boolean;
}

/** Text in slices of `size` bytes; only the last is shorter, and it may be empty. */
export function* slices(pages: Iterable<string>, size: number): Generator<Slice, void, undefined> {
  let rest: Buffer[] = [];
  let length = 0;
  let offset = 0;
  for (const page of pages) {
    rest.push(Buffer.from(page));
    length += rest.at(-1)?.length ?? 0;
    if (length <= size) continue;
    const whole = Buffer.concat(rest);
    let from = 0;
    // What may be the last one is kept back, for the last is sent in another way.
    for (; whole.length - from > size; from += size) {
      yield { bytes: whole.subarray(from, from + size), offset: offset + from, last: false };
    }
    rest = [whole.subarray(from)];
    length = whole.length - from;
    offset += from;
  }
  yield { bytes: Buffer.concat(rest), offset, last: true };
}
