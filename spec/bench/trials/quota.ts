import type { Trial } from '../harness/trial.js';
import { scale } from '../harness/scale.js';
import { describeCell, measureCell, type Cell } from './quota/cell.js';
import { clients } from './quota/clients.js';
import { quotaRows } from './quota/rows.js';
import { scenarios } from './quota/scenarios.js';

/**
 * What a client makes of a provider's quota it is not told of. 10 s stand for a minute.
 *
 * Words after `quota` choose scenarios (`quota/scenarios.ts`) and clients (`quota/clients.ts`); one cell takes some 15 s:
 *
 *     npm run bench -- quota tenth library
 *     npx tsx spec/bench/run.ts quota requests tokens library pmap     # the same without building dist first
 *
 * Each cell prints a line as it ends and, where words chose it, its admissions second by second (`60-3`: three refused).
 */
export const quota: Trial = {
  name: 'quota',
  about: "a provider's limits, and what clients make of them",
  words: [...scenarios, ...clients].map(({ name }) => name),
  async rows(run, words) {
    const chosen = {
      scenarios: scenarios.filter(({ name, short }) => isChosen(words, name, scenarios) ?? (scale >= 1 || short)),
      clients: clients.filter(({ name, short }) => isChosen(words, name, clients) ?? (scale >= 1 || short)),
    };
    const cells: Cell[] = [];
    process.stderr.write('\n');
    for (const scenario of chosen.scenarios) {
      for (const client of chosen.clients) {
        if (client.name !== 'library' && scenario.peers === undefined && !words.includes(client.name)) continue;
        const cell = await measureCell(run, scenario, client);
        cells.push(cell);
        process.stderr.write(`  ${describeCell(cell)}\n`);
        if (words.length > 0) process.stderr.write(`    ${cell.timeline}\n`);
      }
    }
    return quotaRows(cells);
  },
};

/** Undefined where no word is about any of them. */
function isChosen(words: readonly string[], name: string, all: readonly { name: string }[]): boolean | undefined {
  return all.some((one) => words.includes(one.name)) ? words.includes(name) : undefined;
}
