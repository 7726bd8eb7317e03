const mostShown = 12;

/** What no kill met, for a terminal: how many by cell, and the first few, a line each. `left` is `cell: point`. */
export function describeLeft(left: readonly string[]): string {
  if (left.length === 0) return '';
  const counts = new Map<string, number>();
  for (const one of left) {
    const cell = one.slice(0, one.indexOf(': '));
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const byCell = [...counts].map(([cell, count]) => `${count} of ${cell}`).join(', ');
  const shown = left.slice(0, mostShown).map((one) => `  ${one}`);
  const more = left.length > mostShown ? [`  and ${left.length - mostShown} more`] : [];
  return [`${left.length} points met no kill: ${byCell}`, ...shown, ...more].join('\n');
}
