import type { OutputMark } from '../store/shard-store.js';

/** The outputs known before and now, in the order they turned up. */
export function mergeOutputs(marks: readonly OutputMark[], outputs: readonly string[]): readonly OutputMark[] {
  const added = outputs
    .filter((output, at) => outputs.indexOf(output) === at && !marks.some((mark) => mark.output === output))
    .map(unread);
  return added.length === 0 ? marks : [...marks, ...added];
}

export function markOutput(
  marks: readonly OutputMark[],
  output: string,
  change: Partial<OutputMark>,
): readonly OutputMark[] {
  return marks.map((mark) => (mark.output === output ? { ...mark, ...change } : mark));
}

/** How far an output was read; one that is not known yet: not at all. */
export function markOf(marks: readonly OutputMark[], output: string): OutputMark {
  return marks.find((mark) => mark.output === output) ?? unread(output);
}

function unread(output: string): OutputMark {
  return { output, offset: 0, read: false };
}
