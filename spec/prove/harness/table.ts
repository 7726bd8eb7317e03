/** What is promised of a figure: nothing, or a bound. */
export interface Promised {
  readonly text: string;
  holds(value: number): boolean;
}

/** Only to be known. */
export const told: Promised = { text: '', holds: () => true };
export const zero: Promised = { text: '0', holds: (value) => value === 0 };
export const below = (bound: number): Promised => ({ text: `< ${bound}`, holds: (value) => value < bound });
export const atLeast = (bound: number): Promised => ({ text: `>= ${bound}`, holds: (value) => value >= bound });

/** One line of a proof's table: a figure per column. */
export interface Row {
  readonly what: string;
  readonly values: readonly number[];
  readonly promised: Promised;
}

export function isKept({ values, promised }: Row): boolean {
  return values.every((value) => promised.holds(value));
}

/** The rows as a Markdown table with aligned columns. */
export function formatRows(heads: readonly string[], rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    ...row.values.map(format),
    row.promised.text,
    row.promised === told ? '' : isKept(row) ? 'kept' : 'BROKEN',
  ]);
  const titles = ['', ...heads, 'promised', ''];
  const widths = titles.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string => {
    const padded = texts.map((text, column) =>
      column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(titles), line(rule), ...cells.map(line)].join('\n');
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
