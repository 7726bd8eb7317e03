/**
 * The curve of RFC 9438 (CUBIC): a ceiling that was refused is cut by `drop` (0 to 1), comes back to where it was within
 * `plateauMs`, stays near it for as long, then grows faster and faster. Growth goes by time, not by answers: one more per
 * round trip would take hours where an answer takes 20 s.
 */
export interface CubicCurve {
  readonly drop: number;
  readonly plateauMs: number;
}

/** The share of the refused ceiling that may be used `elapsedMs` after the cut. */
export function cubicShare({ drop, plateauMs }: CubicCurve, elapsedMs: number): number {
  return 1 + drop * ((elapsedMs - plateauMs) / plateauMs) ** 3;
}

/** Milliseconds after the cut at which the curve reaches a share; never negative. */
export function cubicReaches({ drop, plateauMs }: CubicCurve, share: number): number {
  return Math.max(0, plateauMs * (1 + Math.cbrt((share - 1) / drop)));
}
