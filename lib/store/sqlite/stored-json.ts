/** A row whose content is not what was written: the file is damaged, and SQLite, which keeps no checksums, did not notice. */
export class DamagedRow extends Error {
  override readonly name = 'DamagedRow';
}

/** Text as it was stored: the place of a page of text may have been taken by one of numbers. */
export function storedText(text: unknown): string {
  if (typeof text === 'string') return text;
  throw new DamagedRow('a row is not what was written');
}

/** JSON as it was stored. Throws {@link DamagedRow}; within `read` or `write` of a connection that becomes `store_corrupt`. */
export function storedJson<T>(text: unknown): T {
  try {
    if (typeof text === 'string') return JSON.parse(text) as T;
  } catch {
    // Said below.
  }
  throw new DamagedRow('a row is not what was written');
}
