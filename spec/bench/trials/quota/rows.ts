import { withUnit, type Row } from '../../harness/trial.js';
import { percent, type Cell } from './cell.js';
import { scenarios } from './scenarios.js';

/** Rows of each scenario that the library ran: what it used, what was refused, what was lost or sent twice. */
export function quotaRows(cells: readonly Cell[]): readonly Row[] {
  return scenarios.flatMap((scenario) => {
    const [library, ...peers] = cells.filter((cell) => cell.scenario === scenario);
    if (library?.client.name !== 'library') return [];
    const { used, refused } = scenario.target;
    const { foundWithinMs } = scenario;
    const row = (what: string, text: (cell: Cell) => string): Texts => ({
      what: `quota, ${scenario.title}: ${what}`,
      library: text(library),
      peer: peers.map((cell) => `${cell.client.name} ${text(cell)}`).join(', '),
    });
    return [
      { ...row('used', (cell) => withUnit(cell.used, '')), ratio: library.used, target: { atLeast: used } },
      {
        ...row('requests refused', (cell) => percent(cell.refusedShare)),
        ...{ ratio: library.refusedShare * 100, unit: '%', target: { atMost: refused * 100 } },
      },
      {
        ...row('items lost, sent twice', (cell) => `${cell.lost}, ${cell.sentTwice}`),
        ...{ ratio: library.lost + library.sentTwice, target: { atMost: 0 } },
      },
      ...(foundWithinMs === undefined ? [] : [found(row, library, foundWithinMs)]),
    ];
  });
}

type Texts = Pick<Row, 'what' | 'library' | 'peer'>;

/** How long a cold start takes to find a limit nobody tells of. */
function found(row: (what: string, text: (cell: Cell) => string) => Texts, library: Cell, withinMs: number): Row {
  const texts = row('found after', ({ foundMs }) => withUnit(foundMs / 1000, 's'));
  return { ...texts, ratio: library.foundMs / 1000, unit: 's', target: { atMost: withinMs / 1000 } };
}
