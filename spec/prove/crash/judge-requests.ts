import type { Cell } from './cell.js';
import type { Life } from './life.js';

export interface RequestFigures {
  /** Requests for items whose result was stored when their process began. */
  readonly resent: number;
  /** Requests whose answers were not stored when their process died: what is paid for again. */
  readonly repeats: number;
  /** The most of them after one kill. */
  readonly mostRepeats: number;
  /** Requests beyond one for each item and one for each repeat. */
  readonly excess: number;
}

const none: RequestFigures = { resent: 0, repeats: 0, mostRepeats: 0, excess: 0 };

/** Ordinary requests by the process that sent them, against what was stored before and after it. */
export function judgeRequests({ runs, server }: Life, { mode, count }: Cell): RequestFigures {
  if (mode === 'native') return none;
  const sent = runs.map((): string[] => []);
  for (const { operation, path, body } of server.ledger.entries) {
    if (operation !== 'request') continue;
    const run = Number(/run=(\d+)/.exec(path)?.[1]);
    sent[run - 1]?.push(/say (item-\d+)\./.exec(body)?.[1] ?? '?');
  }
  let resent = 0;
  const repeats = sent.map((ids, index) => {
    const before = runs[index - 1]?.after.done;
    resent += ids.filter((id) => before?.has(id)).length;
    return new Set(ids.filter((id) => !runs[index]!.after.done.has(id))).size;
  });
  const sum = repeats.reduce((a, b) => a + b, 0);
  const excess = sent.flat().length - count - sum;
  return { resent, repeats: sum, mostRepeats: Math.max(...repeats), excess: Math.max(0, excess) };
}
