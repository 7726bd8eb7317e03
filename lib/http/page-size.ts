/** Text of one page: enough to be quick, little enough that a hundred slow readers do not matter. */
const targetChars = 131_072;
const most = 500;

/** Rows of the first page: how long they are is not known yet. */
export const firstPageSize = 4;

/** How many rows to ask for after a page that was asked for with `size`. Growing by steps: one short row says little about the next. */
export function nextPageSize(size: number, { rows, chars }: { readonly rows: number; readonly chars: number }): number {
  if (rows === 0) return size;
  const fitting = Math.floor(targetChars / Math.max(1, chars / rows));
  return Math.max(1, Math.min(most, fitting, size * 4));
}
