import { disown } from '../core/disown.js';
import { messageOf } from '../core/errors.js';
import { isWritable } from '../core/json-value.js';
import { defaultClassify } from '../provider/default-classify.js';
import { believedWait } from '../provider/longest-wait.js';
import type { Provider, Verdict } from '../provider/provider.js';
import { failureVerdict } from '../provider/provider-error.js';
import { isAmount, knownLimits } from './known-limits.js';

type Classify = (error: unknown) => Verdict;

/**
 * A provider's judgement of an error, or the default one where its `classify` throws or gives what is no verdict: neither a
 * user's code nor what it throws may take the job with it.
 */
export function safeClassify(provider: Pick<Provider, 'classify'>): Classify {
  const judges: readonly ((error: unknown) => unknown)[] = [(error) => provider.classify?.(error), defaultClassify];
  return (error) => {
    for (const judge of judges) {
      try {
        const verdict = judge(error);
        if (isVerdict(verdict)) return usable(verdict);
        disown(verdict);
      } catch {
        // The next one may know better.
      }
    }
    return failureVerdict('server_error', messageOf(error));
  };
}

const kinds: ReadonlySet<unknown> = new Set<Verdict['kind']>(['retry', 'rate_limited', 'fail', 'stop']);

function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !kinds.has(value.kind)) return false;
  if (!('error' in value) || typeof value.error !== 'object' || value.error === null) return false;
  const { code, message } = value.error as Readonly<Record<string, unknown>>;
  return typeof code === 'string' && typeof message === 'string' && isWritable(value.error);
}

/** The same without a wait or limits that are no amounts, and with no wait longer than is believed: nobody can wait for those. */
function usable(verdict: Verdict): Verdict {
  const { waitMs, limits } = verdict as { readonly waitMs?: unknown; readonly limits?: unknown };
  if (waitMs === undefined && limits === undefined) return verdict;
  const believed = isAmount(waitMs) ? believedWait(verdict.kind, waitMs) : undefined;
  const rest = Object.fromEntries(Object.entries(verdict).filter(([name]) => name !== 'waitMs' && name !== 'limits'));
  return {
    ...(rest as unknown as Verdict),
    ...(believed === undefined ? {} : { waitMs: believed }),
    ...knownLimits(limits),
  };
}
