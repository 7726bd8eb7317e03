/** Text of one page: enough to be quick, little enough that a hundred slow readers do not matter. */
const targetChars = 131_072;
const first = 4;
const most = 500;

/** How many rows the next page should have, by the size of the last one: rows are of any length. */
export function nextPageSize(last?: { readonly rows: number; readonly chars: number }): number {
  if (last === undefined || last.rows === 0) return first;
  const fitting = Math.floor(targetChars / Math.max(1, last.chars / last.rows));
  // Growing by steps: one short row says little about the next.
  return Math.max(1, Math.min(most, fitting, last.rows * 4));
}
