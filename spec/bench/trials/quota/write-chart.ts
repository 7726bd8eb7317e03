import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cell } from './cell.js';
import { renderChart, type ChartGroup } from './chart.js';
import { scenarios } from './scenarios.js';

const path = join(__dirname, '../../../../docs/quota.svg');

/** Draws the scenarios all clients ran in. Returns the path. */
export function writeChart(cells: readonly Cell[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, renderChart(toGroups(cells)));
  return path;
}

function toGroups(cells: readonly Cell[]): readonly ChartGroup[] {
  return scenarios.flatMap((scenario) => {
    if (scenario.peers === undefined) return [];
    const rows = cells
      .filter((cell) => cell.scenario === scenario)
      .map(({ client, used, refusedShare, lost }) => {
        const own = client.name === 'library';
        return { client: client.title, own, used, refusedShare, lostShare: lost / scenario.items };
      });
    return rows.length === 0 ? [] : [{ title: scenario.title, rows }];
  });
}
