import { atLeast, told, zero, type Promised, type Row } from '../harness/table.js';
import type { ChaosFigures } from './judge.js';

/** The table of the chaos proof. */
export function chaosRows(figures: readonly ChaosFigures[]): readonly Row[] {
  const row = (what: string, promised: Promised, key: keyof ChaosFigures): Row => {
    return { what, promised, values: figures.map((one) => one[key]) };
  };
  return [
    row('calls and batch lines', told, 'calls'),
    row('of them gone wrong, in %', atLeast(20), 'faultedPercent'),
    row('kinds of faults', told, 'kindsOfFaults'),
    row('items', told, 'items'),
    row('with an answer', told, 'ok'),
    row('failed, 1% by their own fault', told, 'failed'),
    row('without a result', zero, 'without'),
    row('with more than one', zero, 'doubled'),
    row("with another item's answer", zero, 'wrong'),
    row('finished items sent again', zero, 'resent'),
    row('duplicate native batches', zero, 'duplicateBatches'),
    row('takings refused, naming the owner', atLeast(4), 'refusals'),
    row('takings that went otherwise', zero, 'wrongRefusals'),
    row('jobs stopped by the full disk', atLeast(1), 'diskFull'),
    row('stopped by anything else', zero, 'otherStops'),
    row('jobs completed in the end', atLeast(2), 'completed'),
  ];
}
