import { below, told, zero, type Promised, type Row } from '../harness/table.js';
import type { Campaign } from './campaign.js';
import { cells } from './cell.js';
import type { LifeFigures } from './judge.js';

/** The table of the crash proof. */
export function crashRows(campaigns: readonly Campaign[]): readonly Row[] {
  const row = (what: string, promised: Promised, value: (one: Campaign) => number): Row => {
    return { what, promised, values: campaigns.map(value) };
  };
  const sum = (what: string, promised: Promised, key: keyof LifeFigures): Row => {
    return row(what, promised, ({ lives }) => lives.reduce((total, life) => total + life[key], 0));
  };
  return [
    sum('kills at named points', told, 'pointKills'),
    sum('kills by the clock', told, 'clockKills'),
    row('named points hit', told, ({ points }) => points.hit),
    row('named points known', told, ({ points }) => points.known),
    row('jobs', told, ({ lives }) => lives.length),
    sum('processes', told, 'processes'),
    sum('items', told, 'items'),
    sum('native batches', told, 'batches'),
    sum('items lost', zero, 'lost'),
    sum('wrong or doubled results', zero, 'wrong'),
    sum('attempts miscounted', zero, 'miscounted'),
    sum('finished items sent again', zero, 'resent'),
    sum('requests repeated after kills', told, 'repeats'),
    row('most of them after one kill', below(2 * concurrency()), ({ lives }) => {
      return Math.max(...lives.map((life) => life.mostRepeats));
    }),
    sum('requests beyond those in flight', zero, 'excess'),
    sum('duplicate native batches', zero, 'duplicateBatches'),
    sum('batch items paid for twice', zero, 'paidTwice'),
    sum('requests instead of batches', zero, 'strayRequests'),
    sum('connections of subscribers', told, 'connections'),
    sum('events missed', zero, 'missedEvents'),
    sum('events repeated or untrue', zero, 'repeatedEvents'),
    sum('processes that failed or hung', zero, 'failedProcesses'),
  ];
}

function concurrency(): number {
  return Math.min(...cells.map((cell) => cell.concurrency));
}
