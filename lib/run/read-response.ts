import { messageOf } from '../core/errors.js';
import type { ProviderResponse, Verdict } from '../provider/provider.js';
import { finalFailure, ProviderError } from '../provider/provider-error.js';
import { knownLimits } from './known-limits.js';
import { countsOf } from './stored-parts.js';

/**
 * What a provider gave as its answer, read once. Throws a {@link ProviderError} for what is none: a fault of the provider's
 * code, not of its service, so asking again would be paid for again and change nothing.
 */
export function readResponse(value: unknown): ProviderResponse {
  try {
    if (typeof value !== 'object' || value === null || !('output' in value)) throw new ProviderError(shapeless(value));
    const { output, usage, raw, limits } = value as ProviderResponse;
    const counts = countsOf(usage);
    const read = counts === undefined ? { output, raw } : { output, usage: counts, raw };
    return limits === undefined ? read : { ...read, ...knownLimits(limits) };
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError(finalFailure('invalid_response', `The answer cannot be read: ${messageOf(error)}`));
  }
}

function shapeless(value: unknown): Verdict {
  const got = value === null ? 'null' : typeof value === 'object' ? `an object with ${keysOf(value)}` : typeof value;
  return finalFailure('invalid_response', `The provider must answer with { output, usage?, raw? }, and gave ${got}`);
}

function keysOf(value: object): string {
  const keys = Object.keys(value).slice(0, 5).join(', ');
  return keys === '' ? 'no keys' : `the keys ${keys}`;
}
