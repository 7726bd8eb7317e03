import type { FakeServer, LedgerEntry } from '../../../lib/testing/index.js';
import type { Result } from '../../../lib/index.js';
import { promptOf, type ChaosJob } from './chaos-task.js';
import type { Outcome } from './scenario.js';

/** One provider's figures. */
export interface ChaosFigures {
  readonly calls: number;
  readonly faultedPercent: number;
  readonly kindsOfFaults: number;
  readonly items: number;
  readonly ok: number;
  readonly failed: number;
  readonly without: number;
  readonly doubled: number;
  readonly wrong: number;
  readonly resent: number;
  readonly duplicateBatches: number;
  readonly refusals: number;
  readonly wrongRefusals: number;
  readonly diskFull: number;
  readonly otherStops: number;
  readonly completed: number;
}

export function judgeChaos(outcome: Outcome, server: FakeServer): ChaosFigures {
  const { entries, batches } = server.ledger;
  const faults = entries.flatMap(({ fault }) => (fault === undefined || fault === 'badRequest' ? [] : [fault]));
  const shards = batches.filter(({ status }) => status.toLowerCase() !== 'failed').map(({ marker }) => shardOf(marker));
  const results = outcome.jobs.map(({ jobId }) => outcome.final[jobId]!.results.map(({ result }) => result));
  const sum = (count: (of: readonly Result[], job: ChaosJob) => number): number =>
    results.reduce((total, list, index) => total + count(list, outcome.jobs[index]!), 0);
  const distinct = (list: readonly Result[]): number => new Set(list.map(({ itemId }) => itemId)).size;
  return {
    calls: entries.length,
    faultedPercent: (100 * faults.length) / entries.length,
    kindsOfFaults: new Set(faults).size,
    items: sum((_, job) => job.count),
    ok: sum((list) => list.filter(({ ok }) => ok).length),
    failed: sum((list) => list.filter(({ ok }) => !ok).length),
    without: sum((list, job) => job.count - distinct(list)),
    doubled: sum((list) => list.length - distinct(list)),
    wrong: sum((list) => list.filter(isWrong).length),
    resent: outcome.marks.reduce((total, _, index) => total + resentAfter(index, outcome, server), 0),
    duplicateBatches: shards.length - new Set(shards).size,
    refusals: outcome.refusals,
    wrongRefusals: outcome.wrongRefusals.length,
    diskFull: outcome.diskFull,
    otherStops: outcome.otherStops.length,
    completed: outcome.completed,
  };
}

/** An answer to another question, or to one that has no answer. */
function isWrong(result: Result): boolean {
  const prompt = promptOf(result.itemId);
  if (!result.ok) return false;
  return prompt.startsWith('poison') || result.output !== `echo: ${prompt}`;
}

/** Items that were finished at a stop, and sent all the same before the next one. */
function resentAfter(index: number, { marks, jobs }: Outcome, server: FakeServer): number {
  const { entries, batches } = server.ledger;
  const [mark, next] = [marks[index]!, marks[index + 1]];
  const later = entries.slice(mark.entries, next?.entries);
  const laterBatches = new Set(batches.slice(mark.batches, next?.batches).map(({ id }) => id));
  const done = (mode: ChaosJob['mode']): ReadonlySet<string> =>
    mark.done[jobs.find((job) => job.mode === mode)!.jobId] ?? new Set();
  const [requests, lines] = [done('emulated'), done('native')];
  return later.filter((entry) => {
    if (entry.operation === 'request') return requests.has(/(item-\d+)\./.exec(entry.body)?.[1] ?? '');
    return entry.operation === 'batch.line' && laterBatches.has(entry.batchId ?? '') && lines.has(itemOf(entry));
  }).length;
}

/** Items are numbered as they come, and a line's key is that number. */
function itemOf({ itemId = '' }: LedgerEntry): string {
  return `item-${itemId.replace(/\D/g, '')}`;
}

/** The shard a batch was made for. */
function shardOf(marker: unknown): string {
  if (typeof marker === 'string') return marker.split(' ').slice(0, 3).join(' ');
  const { run, shard } = marker as { readonly run: string; readonly shard: string };
  return `${run} ${shard}`;
}
