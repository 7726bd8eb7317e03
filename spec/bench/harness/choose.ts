import type { Trial } from './trial.js';

/** The trials whose name holds one of the words, or all. */
export function chosenTrials(trials: readonly Trial[], words: readonly string[]): readonly Trial[] {
  const chosen = trials.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length > 0) return chosen;
  throw new Error(`no trial is called ${words.join(' or ')}; there are ${trials.map(({ name }) => name).join(', ')}`);
}
