import { messageOf } from '../../core/errors.js';
import type { NativeOutcome } from '../native.js';
import type { Verdict } from '../provider.js';
import { failureVerdict } from '../provider-error.js';

/** The outcome of a line that failed, by the verdict its error would have as a request; `raw` is its body. */
export function failedOutcome(verdict: Verdict, raw?: unknown): NativeOutcome {
  const own = verdict.kind === 'fail' ? verdict : undefined;
  const kept = own?.raw ?? raw;
  return {
    kind: 'error',
    error: verdict.error,
    ...(kept === undefined || kept === null ? {} : { raw: kept }),
    ...(own?.usage === undefined ? {} : { usage: own.usage }),
  };
}

/** The outcome of a line that may say anything: one that cannot even be judged fails by itself, and the others are read on. */
export function judged(judge: () => NativeOutcome): NativeOutcome {
  try {
    return judge();
  } catch (error) {
    return failedOutcome(failureVerdict('invalid_response', `the line cannot be read: ${messageOf(error)}`));
  }
}
