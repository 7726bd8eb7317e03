import { messageOf } from '../../core/errors.js';
import { parseDuration } from '../durations.js';
import { isRecord } from '../is-record.js';
import { GeminiHttpError } from './http-error.js';

type Json = Readonly<Record<string, unknown>>;

/** One limit that a request went over: `quotaId` such as `GenerateRequestsPerDayPerProjectPerModel-FreeTier`. */
export interface QuotaViolation {
  readonly quotaId: string;
  readonly quotaMetric: string;
  /** The limit itself, or undefined where it is not told. */
  readonly quotaValue: number | undefined;
}

/** What a google.rpc.Status says (Gemini troubleshooting page, google.rpc error_details). */
export interface GeminiErrorDetails {
  readonly code: number | undefined;
  /** Such as `RESOURCE_EXHAUSTED`. */
  readonly status: string | undefined;
  readonly message: string;
  /** `RetryInfo.retryDelay`, milliseconds. */
  readonly retryMs: number | undefined;
  readonly violations: readonly QuotaViolation[];
  /** `ErrorInfo.reason`, such as `API_KEY_INVALID`. */
  readonly reasons: readonly string[];
}

/** Reads the JSON that the SDK's `ApiError` has as its message; any other message is that alone. */
export function readGeminiError(error: unknown): GeminiErrorDetails {
  const message = messageOf(error);
  const body = findStatus(parse(message));
  const details = Array.isArray(body['details']) ? body['details'].filter(isRecord) : [];
  const delays = details.map((detail) => detail['retryDelay']).filter((delay) => typeof delay === 'string');
  return {
    code: typeof body['code'] === 'number' ? body['code'] : undefined,
    status: typeof body['status'] === 'string' ? body['status'] : undefined,
    message: typeof body['message'] === 'string' && body['message'] !== '' ? unwrap(body['message']) : message,
    retryMs: delays[0] === undefined ? undefined : parseDuration(delays[0]),
    violations: details
      .flatMap((detail) => (Array.isArray(detail['violations']) ? detail['violations'].filter(isRecord) : []))
      .map(toViolation),
    reasons: details.map((detail) => detail['reason']).filter((reason) => typeof reason === 'string'),
  };
}

/** An error inside an answer with status 200, as some gateways send it. */
export function embeddedError(body: Json): Error | undefined {
  const error = body['error'];
  if (!isRecord(error)) return undefined;
  const status = typeof error['code'] === 'number' && error['code'] >= 400 ? error['code'] : 500;
  return new GeminiHttpError(status, JSON.stringify(body), new Headers());
}

function toViolation(violation: Json): QuotaViolation {
  const { quotaId, quotaMetric, quotaValue } = violation;
  const value = Number(quotaValue ?? NaN);
  return {
    quotaId: typeof quotaId === 'string' ? quotaId : '',
    quotaMetric: typeof quotaMetric === 'string' ? quotaMetric : '',
    quotaValue: Number.isNaN(value) ? undefined : value,
  };
}

/** `{ error }`, `[{ error }]`, or the status itself. */
function findStatus(body: unknown): Json {
  if (Array.isArray(body)) return findStatus(body[0]);
  if (!isRecord(body)) return {};
  return isRecord(body['error'])
    ? body['error']
    : typeof body['error'] === 'string'
      ? { message: body['error'] }
      : body;
}

/** The SDK wraps a body that is not JSON, and some proxies wrap Google's JSON once more. */
function unwrap(message: string): string {
  const inner = findStatus(parse(message))['message'];
  return typeof inner === 'string' && inner !== '' ? inner : message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
