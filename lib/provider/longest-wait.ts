import type { Verdict } from './provider.js';

/** A quota is good again after a day as a rule; who asks for more than a week has sent nonsense as a rule. */
export const longestWaitMs = 7 * 86_400_000;

/**
 * The wait a verdict may ask for. More than a week counts as a week where everybody waits: it may be meant (a quota of the
 * month), and the job pauses then and says until when, instead of asking again and again somebody who said for how long there
 * is no use. A wait of one item (after a 503, say), which nobody sees, is not believed.
 */
export function believedWait(kind: Verdict['kind'], waitMs: number | undefined): number | undefined {
  if (waitMs === undefined || !(waitMs > longestWaitMs)) return waitMs;
  return kind === 'retry' ? undefined : longestWaitMs;
}

/** The time to a reset, which is not known where it is said to be more than a week away. */
export function believedReset(resetMs: number | undefined): number | undefined {
  return resetMs !== undefined && resetMs <= longestWaitMs ? resetMs : undefined;
}
