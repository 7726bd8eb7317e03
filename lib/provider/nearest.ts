import { closest, distance } from 'fastest-levenshtein';

/** The candidate a mistyped value most likely meant, or undefined where none is near. */
export function nearest(value: string, candidates: readonly string[]): string | undefined {
  const wanted = value.trim().toLowerCase();
  if (wanted === '') return undefined;
  const containing = candidates.find((candidate) => wanted.length > 2 && candidate.toLowerCase().includes(wanted));
  if (containing !== undefined) return containing;
  const best = closest(wanted, [...candidates]);
  return distance(wanted, best.toLowerCase()) <= Math.max(2, Math.floor(best.length / 2)) ? best : undefined;
}

/** `; did you mean "x"?` or nothing, to end a message with. */
export function didYouMean(value: string, candidates: readonly string[]): string {
  const best = nearest(value, candidates);
  return best === undefined ? '' : `; did you mean "${best}"?`;
}
