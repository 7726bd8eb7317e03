import { tidyMessage } from './failure.js';
import type { Verdict } from './provider.js';
import { redactBody } from './redact-body.js';

/** A verdict that an answer brought about, in the server's own words, fit to be shown and stored. */
export function tidyVerdict(verdict: Verdict, secrets: readonly string[]): Verdict {
  const error = { ...verdict.error, message: tidyMessage(verdict.error.message, secrets) };
  const kept = verdict.kind === 'fail' && verdict.raw !== undefined ? { raw: redactBody(verdict.raw, secrets) } : {};
  return { ...verdict, error, ...kept };
}
