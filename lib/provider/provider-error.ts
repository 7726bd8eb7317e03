import type { ItemErrorCode, Usage } from '../core/result.js';
import { believedWait } from './longest-wait.js';
import type { LimitObservation, Verdict } from './provider.js';

const brand = Symbol.for('openapi-batch.provider-error');

/** What a {@link ProviderError} may add to its code and message. */
export interface FailureDetails {
  /** HTTP status. */
  readonly status?: number;
  /** Milliseconds the provider asks to wait. More than a week counts as a week; of what is retried, it is not believed. */
  readonly waitMs?: number;
  readonly limits?: LimitObservation;
  /** The server has too much to do; of failures that are retried. */
  readonly overloaded?: boolean;
  /** There was no server (no name, no connection); of failures that are retried. */
  readonly unreached?: boolean;
  /** The provider's body, kept with the item's failure. */
  readonly raw?: unknown;
  /** Tokens that were charged all the same. */
  readonly usage?: Usage;
}

/**
 * An error that brings its own verdict. A provider of your own may throw it to say what the engine should do:
 *
 * ```ts
 * throw new ProviderError(failureVerdict('rate_limited', 'busy', { waitMs: 2_000 }));
 * ```
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly [brand] = true;

  constructor(
    readonly verdict: Verdict,
    options?: ErrorOptions,
  ) {
    super(verdict.error.message, options);
  }
}

export function isProviderError(value: unknown): value is ProviderError {
  return typeof value === 'object' && value !== null && brand in value;
}

/**
 * The usual verdict for a code: `auth` and `quota_exhausted` stop the job, `rate_limited` holds the limiter, what may pass
 * another time is retried, everything else fails the item for good.
 */
export function failureVerdict(code: ItemErrorCode, message: string, details: FailureDetails = {}): Verdict {
  const { status, waitMs, limits, overloaded = false, unreached = false, raw, usage } = details;
  const error = { code, message, ...(status === undefined ? {} : { status }), retryable: isTransient(code) };
  switch (code) {
    case 'rate_limited':
      return {
        kind: 'rate_limited',
        error,
        ...wait('rate_limited', waitMs),
        ...(limits === undefined ? {} : { limits }),
      };
    case 'auth':
    case 'quota_exhausted':
      return { kind: 'stop', status: 'failed', code, error };
    case 'timeout':
    case 'network':
    case 'server_error':
    case 'invalid_response':
      return {
        kind: 'retry',
        error,
        ...wait('retry', waitMs),
        ...(overloaded ? { overloaded } : {}),
        ...(unreached ? { unreached } : {}),
      };
    default:
      return { kind: 'fail', error, ...(raw === undefined ? {} : { raw }), ...(usage === undefined ? {} : { usage }) };
  }
}

/** The verdict on a quota per day that is used up: the job pauses, `waitMs` until it can go on. */
export function dailyQuota(message: string, { status, waitMs }: FailureDetails = {}): Verdict {
  return {
    kind: 'stop',
    status: 'paused',
    code: 'daily_quota',
    error: { code: 'quota_exhausted', message, ...(status === undefined ? {} : { status }), retryable: true },
    ...wait('stop', waitMs),
  };
}

/** The verdict for an item that can never pass as it is, whatever its code. */
export function finalFailure(code: ItemErrorCode, message: string, details: FailureDetails = {}): Verdict {
  const { status, raw, usage } = details;
  return {
    kind: 'fail',
    error: { code, message, ...(status === undefined ? {} : { status }), retryable: false },
    ...(raw === undefined ? {} : { raw }),
    ...(usage === undefined ? {} : { usage }),
  };
}

function wait(kind: Verdict['kind'], asked: number | undefined): { readonly waitMs?: number } {
  const waitMs = believedWait(kind, asked);
  return waitMs === undefined ? {} : { waitMs };
}

function isTransient(code: ItemErrorCode): boolean {
  switch (code) {
    case 'invalid_request':
    case 'too_large':
    case 'content_filtered':
    case 'schema_mismatch':
      return false;
    default:
      return true;
  }
}
