import { withUnit, type Row, type Target } from './trial.js';

const heads = ['what', 'library', 'peer', 'ratio', 'target', ''] as const;

/** The rows as a Markdown table with aligned columns. */
export function formatRows(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.library,
    row.peer,
    withUnit(row.ratio, row.unit ?? ''),
    describeTarget(row.target, row.unit ?? ''),
    isMet(row) ? 'ok' : 'MISS',
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

export function isMet({ ratio, target }: Row): boolean {
  return 'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast;
}

function describeTarget(target: Target, unit: string): string {
  return 'atMost' in target ? `<= ${withUnit(target.atMost, unit)}` : `>= ${withUnit(target.atLeast, unit)}`;
}
