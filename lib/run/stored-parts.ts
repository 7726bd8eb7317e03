import { isWritable } from '../core/json-value.js';
import type { Usage } from '../core/result.js';

/** A provider's counts as they can be summed; what is no count says nothing. */
export function countsOf(usage: unknown): Usage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const { inputTokens, outputTokens, cachedInputTokens } = usage as Partial<Record<keyof Usage, unknown>>;
  if (!isCount(inputTokens) || !isCount(outputTokens)) return undefined;
  return isCount(cachedInputTokens) ? { inputTokens, outputTokens, cachedInputTokens } : { inputTokens, outputTokens };
}

/** The same as a part of a result, left out where there is none. */
export function storedUsage(usage: unknown): { readonly usage?: Usage } {
  const counts = countsOf(usage);
  return counts === undefined ? {} : { usage: counts };
}

/** A body where it can be stored: the answer in it was paid for, and is not to be lost for the sake of its wrapping. */
export function storedRaw(raw: unknown): { readonly raw?: unknown } {
  return raw === undefined || !isWritable(raw) ? {} : { raw };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
