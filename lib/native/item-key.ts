const pattern = /^i([1-9]\d{0,9})$/;

/** What a line's result carries: safe for every provider, where a caller's ids may be hostile. */
export function keyOf(ordinal: number): string {
  return `i${String(ordinal)}`;
}

/** The ordinal a key names, or undefined where it is none of ours. */
export function ordinalOfKey(key: string): number | undefined {
  const digits = pattern.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
