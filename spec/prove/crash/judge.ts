import type { Cell } from './cell.js';
import { judgeBatches, type BatchFigures } from './judge-batches.js';
import { judgeEvents, type EventFigures } from './judge-events.js';
import { judgeRequests, type RequestFigures } from './judge-requests.js';
import type { Life } from './life.js';

/** What a life did, in numbers; all but the first are sums of faults. */
export interface LifeFigures extends RequestFigures, BatchFigures, EventFigures {
  readonly pointKills: number;
  readonly clockKills: number;
  readonly processes: number;
  readonly items: number;
  /** Without a result at the end, or with one that a later state does not hold any more. */
  readonly lost: number;
  /** Results that are not the answer to their own question, or are there twice. */
  readonly wrong: number;
  /** Results that count another number of attempts than the one there was. */
  readonly miscounted: number;
  readonly failedProcesses: number;
}

/** Compares the ledger, the store after each death, the final store and what the follower saw. */
export function judge(life: Life, cell: Cell): LifeFigures {
  const { runs, final, complaints } = life;
  const killed = (how: string): number => runs.filter((run) => run.killed === how).length;
  return {
    pointKills: killed('at a point'),
    clockKills: killed('by the clock'),
    processes: runs.length,
    items: cell.count,
    lost: lostItems(life, cell),
    wrong: final.results.length - final.done.size + final.results.filter(({ result }) => !isOwnAnswer(result)).length,
    miscounted: final.results.filter(({ result }) => result.attempts !== 1).length,
    failedProcesses: complaints.length + (final.record?.status === 'completed' ? 0 : 1),
    ...judgeRequests(life, cell),
    ...judgeBatches(life, cell),
    ...judgeEvents(life),
  };
}

function lostItems({ runs, final }: Life, { count }: Cell): number {
  const lost = new Set<string>();
  for (let n = 1; n <= count; n++) if (!final.done.has(`item-${n}`)) lost.add(`item-${n}`);
  runs.forEach(({ after }, index) => {
    const next = runs[index + 1]?.after ?? final;
    for (const id of after.done) if (!next.done.has(id)) lost.add(id);
  });
  return lost.size;
}

function isOwnAnswer(result: Life['final']['results'][number]['result']): boolean {
  return result.ok && result.output === `echo: say ${result.itemId}.`;
}
