import type { Trial } from './trial.js';

export interface Chosen {
  readonly trial: Trial;
  /** Words given that are the trial's own. */
  readonly words: readonly string[];
}

/** The trials whose name holds one of the words, or all; the other words choose parts of those. */
export function chosenTrials(trials: readonly Trial[], words: readonly string[]): readonly Chosen[] {
  const names = words.filter((word) => trials.some(({ name }) => name.includes(word)));
  const chosen = trials.filter(({ name }) => names.length === 0 || names.some((word) => name.includes(word)));
  const known = new Set(names.concat(names.length === 0 ? [] : chosen.flatMap((trial) => trial.words ?? [])));
  const strange = words.filter((word) => !known.has(word));
  if (strange.length === 0)
    return chosen.map((trial) => ({ trial, words: words.filter((word) => trial.words?.includes(word)) }));
  const all = trials.map(({ name, words: parts = [] }) => [name, ...parts].join(' ')).join(', ');
  throw new Error(`nothing is called ${strange.join(' or ')}; there are ${all}`);
}
