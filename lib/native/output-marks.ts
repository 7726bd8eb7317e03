import type { OutputMark } from '../store/shard-store.js';

/** The outputs known before and now, in the order they turned up. */
export function mergeOutputs(marks: readonly OutputMark[], outputs: readonly string[]): readonly OutputMark[] {
  const added = outputs
    .filter((output, at) => outputs.indexOf(output) === at && !marks.some((mark) => mark.output === output))
    .map((output) => ({ output, offset: 0, read: false }));
  return added.length === 0 ? marks : [...marks, ...added];
}

export function markOutput(
  marks: readonly OutputMark[],
  output: string,
  change: Partial<OutputMark>,
): readonly OutputMark[] {
  return marks.map((mark) => (mark.output === output ? { ...mark, ...change } : mark));
}

export function doubtfulFrom(marks: readonly OutputMark[], output: string): number | undefined {
  return marks.find((mark) => mark.output === output)?.doubtfulFrom;
}

export function offsetOf(marks: readonly OutputMark[], output: string): number {
  return marks.find((mark) => mark.output === output)?.offset ?? 0;
}
