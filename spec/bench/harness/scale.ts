const given = Number(process.env['OPENAPI_BATCH_BENCH_SCALE'] ?? '1');

/** `OPENAPI_BATCH_BENCH_SCALE`: 1 gives the sizes the targets are about (some 45 minutes), 0.1 a look in six. */
export const scale = given > 0 ? given : 1;

export const repeats = scale < 1 ? 1 : 3;

/** A size of the full run, scaled, never below what is worth measuring. */
export function sized(full: number, least: number): number {
  return Math.max(Math.min(full, least), Math.round(full * scale));
}
