/** One page by `pageSize` and `pageToken`; the token of the next, if there is one. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly nextPageToken: string | undefined;
}

/** Tokens say how many entries were shown, which is enough for a list that only grows at its far end. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams, usual: number, most: number): Page<T> {
  const size = Math.min(Number(query.get('pageSize') ?? usual) || usual, most);
  const start = Number(Buffer.from(query.get('pageToken') ?? '', 'base64url').toString() || 0);
  const end = start + size;
  const nextPageToken = end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined;
  return { entries: all.slice(start, end), nextPageToken };
}
