import type { NativeOutcome } from '../native.js';
import type { Verdict } from '../provider.js';

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
