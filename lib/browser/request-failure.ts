import { BatchError, isBatchError, messageOf, type BatchErrorCode } from '../core/errors.js';
import type { WireProblem } from '../http/wire.js';

/** One request that came to nothing. */
export class RequestFailure extends Error {
  constructor(
    /** What the caller is told if this is the end. */
    readonly error: BatchError,
    /** Whether the same request may work later: no connection, a server that is overloaded or restarts. */
    readonly passing: boolean,
    /** Milliseconds the server asked to wait. */
    readonly waitMs?: number,
  ) {
    super(error.message);
  }
}

/** Anything thrown on the way to an answer, as the caller is told of it. */
export function toldError(error: unknown): BatchError {
  if (error instanceof RequestFailure) return error.error;
  if (isBatchError(error)) return error;
  return new BatchError('refused', `The server's answer cannot be read: ${messageOf(error)}`, { cause: error });
}

/** No answer at all, or one that broke off. */
export function unreachable(cause: unknown): RequestFailure {
  if (cause instanceof RequestFailure) return cause;
  return new RequestFailure(
    new BatchError('unreachable', `The server cannot be reached: ${messageOf(cause)}`, { cause }),
    true,
  );
}

/** An answer that says no. `waitMs`: its `retry-after`. */
export function refused(status: number, body: string, waitMs: number | undefined): RequestFailure {
  const { code, detail } = readProblem(body);
  // A 409 that says when to come again: the same request is still being read.
  const passing = status >= 500 || status === 408 || status === 429 || (status === 409 && waitMs !== undefined);
  const message = detail ?? `The server answered with HTTP status ${String(status)}`;
  return new RequestFailure(new BatchError(codeOf(status, code), message), passing, waitMs);
}

export function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function readProblem(body: string): { readonly code?: string; readonly detail?: string } {
  try {
    const { code, detail } = JSON.parse(body) as Partial<WireProblem>;
    return { ...(typeof code === 'string' && { code }), ...(typeof detail === 'string' && { detail }) };
  } catch {
    return {}; // a proxy's page
  }
}

/** Codes of the wire that are no `BatchErrorCode`. */
const ofTheWire: ReadonlyMap<string, BatchErrorCode> = new Map([
  ['bad_request', 'refused'],
  ['not_found', 'refused'],
  ['method_not_allowed', 'refused'],
  ['body_too_large', 'refused'],
  ['unsupported_media_type', 'refused'],
  ['too_many_streams', 'refused'],
  ['too_many_uploads', 'refused'],
  ['unavailable', 'unreachable'],
]);

function codeOf(status: number, code: string | undefined): BatchErrorCode {
  if (code !== undefined) return ofTheWire.get(code) ?? (code as BatchErrorCode);
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status >= 500 ? 'unreachable' : 'refused';
}
