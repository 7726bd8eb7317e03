import { scale } from '../harness/scale.js';
import type { Runner } from '../harness/runner.js';
import type { Trial } from '../harness/trial.js';
import { describeCell, measureCell, type Cell } from './quota/cell.js';
import { clients, type Client } from './quota/clients.js';
import { quotaRows } from './quota/rows.js';
import { scenarios, type Scenario } from './quota/scenarios.js';
import { writeChart } from './quota/write-chart.js';

/**
 * What a client makes of a provider's quota it is not told of. 10 s stand for a minute; each cell is measured once, since
 * waiting is what takes the time.
 *
 * Words after `quota` choose scenarios (`quota/scenarios.ts`) and clients (`quota/clients.ts`); one cell takes some 15 s:
 *
 *     npm run bench -- quota tenth library
 *     npx tsx spec/bench/run.ts quota requests tokens library pmap     # the same without building dist first
 *
 * Each cell prints a line as it ends and, where words chose it, its admissions second by second (`60-3`: three refused).
 * A run of everything (some 13 minutes) draws `docs/quota.svg` anew.
 */
export const quota: Trial = {
  name: 'quota',
  about: "a provider's limits, and what clients make of them",
  words: [...scenarios, ...clients].map(({ name }) => name),
  async rows(run, words) {
    process.stderr.write('\n');
    const ready = await prepared(chosenOf(clients, words));
    const cells: Cell[] = [];
    for (const scenario of chosenOf(scenarios, words)) {
      for (const client of ready) {
        if (joinsIn(scenario, client, words)) cells.push(await measured(run, scenario, client, words.length > 0));
      }
    }
    const isWhole = words.length === 0 && scale >= 1 && ready.length === clients.length;
    if (isWhole) process.stderr.write(`  drawn: ${writeChart(cells)}\n`);
    return quotaRows(cells);
  },
};

/** Those named by a word; all, or at a smaller scale the short ones, where no word is about any of them. */
function chosenOf<T extends { name: string; short?: true }>(all: readonly T[], words: readonly string[]): readonly T[] {
  const named = all.filter(({ name }) => words.includes(name));
  return named.length > 0 ? named : all.filter(({ short }) => scale >= 1 || short === true);
}

function joinsIn({ peers }: Scenario, { name }: Client, words: readonly string[]): boolean {
  return name === 'library' || peers === true || words.includes(name);
}

async function prepared(chosen: readonly Client[]): Promise<readonly Client[]> {
  const ready: Client[] = [];
  for (const client of chosen) {
    try {
      await client.prepare?.();
      ready.push(client);
    } catch (error) {
      process.stderr.write(`  without ${client.title}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return ready;
}

async function measured(run: Runner, scenario: Scenario, client: Client, bySeconds: boolean): Promise<Cell> {
  const cell = await measureCell(run, scenario, client);
  process.stderr.write(`  ${describeCell(cell)}\n${bySeconds ? `    ${cell.timeline}\n` : ''}`);
  return cell;
}
