/** One client's bars. Shares are 0 to 1. */
export interface ChartRow {
  readonly client: string;
  /** Drawn in colour. */
  readonly own: boolean;
  readonly used: number;
  readonly refusedShare: number;
  readonly lostShare: number;
}

export interface ChartGroup {
  readonly title: string;
  readonly rows: readonly ChartRow[];
}

const width = 760;
const top = 30;
const rowHeight = 14;
const groupGap = 12;
/** Left edges and, for bars, the width of 100%. */
const columns = {
  title: 0,
  client: 150,
  used: { x: 320, full: 160 },
  refused: { x: 540, full: 110 },
  lost: 755,
} as const;

/** Greys that can be read on white, and on black where the reader's colour scheme is not told to a picture. */
const style = `
  text { font: 11px system-ui, sans-serif; fill: #59636e }
  .head, .own { font-weight: 600 }
  .end { text-anchor: end }
  .lost { fill: #cf222e; font-weight: 600 }
  rect { fill: #9aa4ae }
  rect.own { fill: #2f81f7 }
  rect.faded { opacity: 0.45 }
  rect.refused { fill: #d4862a }
  @media (prefers-color-scheme: dark) { text { fill: #a5adb8 } .lost { fill: #ff7b72 } }
`;

/** The comparison as an SVG for the README: a group a scenario, a line a client. */
export function renderChart(groups: readonly ChartGroup[]): string {
  const { used, refused } = columns;
  const parts = [
    text(used.x, top - 14, 'quota used', 'head'),
    text(refused.x, top - 14, 'requests refused', 'head'),
    text(columns.lost, top - 14, 'items lost', 'head end'),
  ];
  let y = top;
  for (const { title, rows } of groups) {
    parts.push(text(columns.title, y + 10, title, 'head'));
    for (const row of rows) {
      parts.push(...line(row, y));
      y += rowHeight;
    }
    y += groupGap;
  }
  const label = 'Share of the quota used, requests refused and items lost, by scenario and client';
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${label}">`;
  return [head, `<style>${style}</style>`, ...parts, '</svg>', ''].join('\n');
}

function line({ client, own, used: share, refusedShare, lostShare }: ChartRow, y: number): string[] {
  const mark = own ? 'own' : '';
  // Quota that was used while items were lost is no merit.
  const used = lostShare > 0 ? `${mark} faded`.trim() : mark;
  return [
    text(columns.client, y + 10, client, mark),
    ...bar(columns.used, y, share, used, `${Math.round(share * 100)}%`),
    ...bar(columns.refused, y, refusedShare, 'refused', percent(refusedShare)),
    text(columns.lost, y + 10, percent(lostShare), lostShare > 0 ? 'lost end' : 'end'),
  ];
}

function bar(
  { x, full }: { x: number; full: number },
  y: number,
  share: number,
  mark: string,
  value: string,
): string[] {
  const length = Math.round(Math.min(1, share) * full * 10) / 10;
  const rect = `<rect x="${x}" y="${y + 2}" width="${length}" height="${rowHeight - 4}" rx="1"${classes(mark)}/>`;
  return [...(length > 0 ? [rect] : []), text(x + length + 4, y + 10, value, mark.startsWith('own') ? 'own' : '')];
}

function text(x: number, y: number, content: string, mark = ''): string {
  return `<text x="${x}" y="${y}"${classes(mark)}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
}

function classes(mark: string): string {
  return mark === '' ? '' : ` class="${mark}"`;
}

/** One digit below one percent, none above; nothing lost is not the same as hardly anything. */
function percent(share: number): string {
  if (share === 0) return '0';
  return share < 0.01 ? `${(share * 100).toFixed(1)}%` : `${Math.round(share * 100)}%`;
}
