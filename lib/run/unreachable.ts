import type { StopRequest } from './stop.js';

/** Nothing was ever answered: the URL may be wrong, and nobody should wait an hour to hear of it. */
export const firstAnswerMs = 30_000;
export const checkAddress = 'check the base URL and the network, then resume';

/** The run pauses: `what` went on for so long, `last` is what was said last. */
export function unreachable(what: string, hint: string, last: string): StopRequest {
  return { kind: 'stop', status: 'paused', code: 'unreachable', message: `${what}: ${hint}; the last said: ${last}` };
}
