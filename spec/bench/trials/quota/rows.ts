import { withUnit, type Row } from '../../harness/trial.js';
import { percent, type Cell } from './cell.js';
import { scenarios } from './scenarios.js';

/** Three rows a scenario that the library ran: what it used, what was refused, what was lost or sent twice. */
export function quotaRows(cells: readonly Cell[]): readonly Row[] {
  return scenarios.flatMap((scenario) => {
    const [library, ...peers] = cells.filter((cell) => cell.scenario === scenario);
    if (library?.client.name !== 'library') return [];
    const { used, refused } = scenario.target;
    const row = (what: string, text: (cell: Cell) => string): Pick<Row, 'what' | 'library' | 'peer'> => ({
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
    ];
  });
}
