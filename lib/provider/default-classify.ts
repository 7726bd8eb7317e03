import { isBatchError } from '../core/errors.js';
import type { ItemErrorCode } from '../core/result.js';
import { classifyRefusal } from './classify-refusal.js';
import type { Failure } from './failure.js';
import { isOverloaded, readFailure, tidyMessage } from './failure.js';
import { retryAfterMs } from './headers.js';
import { neverConnected } from './never-connected.js';
import type { Verdict } from './provider.js';
import { failureVerdict, finalFailure, isProviderError } from './provider-error.js';

const itemCodes: ReadonlySet<string> = new Set<ItemErrorCode>([
  'rate_limited',
  'quota_exhausted',
  'auth',
  'invalid_request',
  'too_large',
  'content_filtered',
  'schema_mismatch',
  'timeout',
  'network',
  'server_error',
  'invalid_response',
  'expired',
  'missing',
  'cancelled',
]);

/**
 * The verdict on an error of a provider that has no `classify` of its own, by what the error carries: a verdict
 * ({@link ProviderError}), one of our own codes in `code`, an HTTP `status`, or the code of a network failure. Anything else
 * is retried as `server_error`: the attempts are bounded, a lost item is not found again.
 */
export function defaultClassify(error: unknown): Verdict {
  const known = ownVerdict(error);
  if (known !== undefined) return known;
  const failure = readFailure(error);
  if (failure.code !== undefined && itemCodes.has(failure.code)) {
    const waitMs = retryAfterMs(failure.headers);
    return failureVerdict(failure.code as ItemErrorCode, tidyMessage(failure.message), details(failure, waitMs));
  }
  return failure.status === undefined ? classifyConnection(failure) : classifyStatus(failure);
}

/** The verdict an error brings with it, or that of an error of this library: no item can pass where, say, the SDK is missing. */
export function ownVerdict(error: unknown): Verdict | undefined {
  if (isProviderError(error)) return error.verdict;
  if (!isBatchError(error)) return undefined;
  const code = error.code === 'missing_api_key' ? 'auth' : 'invalid_request';
  const reason = { code, message: tidyMessage(error.message), retryable: true } as const;
  return { kind: 'stop', status: 'failed', code: error.code, error: reason };
}

/** By status, after openai-node client.js shouldRetry: 408, 409, 429 and from 500 up may pass later; 401 to 403 stop everybody. */
export function classifyStatus(failure: Failure, secrets: readonly string[] = []): Verdict {
  const status = failure.status ?? 0;
  const message = tidyMessage(failure.message, secrets);
  const waitMs = retryAfterMs(failure.headers);
  const full = details(failure, waitMs);
  if (status === 401 || status === 403) return failureVerdict('auth', message, full);
  if (status === 402) return failureVerdict('quota_exhausted', message, full);
  if (status === 413) return finalFailure('too_large', message, full);
  if (status === 429) return classifyRefusal(failure, message);
  if (status === 408 || status === 504) return failureVerdict('timeout', message, full);
  if (status === 409 || status === 425 || status >= 500) {
    return failureVerdict('server_error', message, { ...full, overloaded: isOverloaded(failure) });
  }
  if (status >= 400) return finalFailure('invalid_request', message, full);
  return failureVerdict('invalid_response', message, full);
}

/** No answer, or one that broke off: system codes, undici's `UND_ERR_*`, and what fetch makes of them. */
export function classifyConnection(failure: Failure, secrets: readonly string[] = []): Verdict {
  const message = tidyMessage(describe(failure), secrets);
  const { trail } = failure;
  if (trail.some((entry) => neverReached.has(entry))) return failureVerdict('network', message, { unreached: true });
  if (trail.some((entry) => /timeout|timed ?out|^AbortError$|UserAbort/i.test(entry)))
    return failureVerdict('timeout', message);
  if (trail.some((entry) => networkCode.test(entry)) || networkMessage.test(failure.message)) {
    return failureVerdict('network', message);
  }
  if (failure.name === 'SyntaxError' || failure.name === 'TypeError')
    return failureVerdict('invalid_response', message);
  return failureVerdict('server_error', message, { overloaded: isOverloaded(failure) });
}

/** The last two a connection under way may bring as well. */
const neverReached: ReadonlySet<string> = new Set([...neverConnected, 'ENETDOWN', 'EHOSTDOWN']);
const networkCode =
  /^(E[A-Z]{4,}|EPIPE|UND_ERR_.*|HPE_.*|ERR_(TLS|SSL|STREAM)_.*|.*CERT.*|UNABLE_TO_.*|APIConnectionError)$/;
const networkMessage =
  /^(terminated|fetch failed|connection error\.?|other side closed|socket hang up|premature close)/i;

/** `fetch failed` alone says nothing: the code of the cause is added. */
function describe({ message, code }: Failure): string {
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

function details(failure: Failure, waitMs: number | undefined): { readonly status?: number; readonly waitMs?: number } {
  return {
    ...(failure.status === undefined ? {} : { status: failure.status }),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
}
