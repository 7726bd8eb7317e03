import { printable } from './printable.js';

/** Columns of text under their heads; those named in `right` (by number, from 0) are numbers. Ends with a line feed. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  // A line feed in an id must not break the table.
  const all = [heads, ...rows].map((row) => row.map((cell) => printable(cell.replaceAll(/\s+/g, ' '))));
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
