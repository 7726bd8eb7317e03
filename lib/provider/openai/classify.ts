import { classifyRefusal } from '../classify-refusal.js';
import { classifyConnection, classifyStatus, ownVerdict } from '../default-classify.js';
import type { Failure } from '../failure.js';
import { readFailure, tidyMessage } from '../failure.js';
import { readHeader, retryAfterMs } from '../headers.js';
import { isRecord } from '../is-record.js';
import type { Verdict } from '../provider.js';
import type { FailureDetails } from '../provider-error.js';
import { failureVerdict, finalFailure } from '../provider-error.js';
import { readRefusal } from '../refusal-words.js';
import { tidyVerdict } from '../tidy-verdict.js';

/** What the rules below look at: an error of either major, of a compatible server, or of the network. */
interface OpenAIFailure extends Failure {
  readonly text: string;
  readonly details: FailureDetails;
}

interface Rule {
  readonly name: string;
  readonly applies: (failure: OpenAIFailure) => boolean;
  readonly verdict: (failure: OpenAIFailure, secrets: readonly string[]) => Verdict;
}

/** OpenAI error-codes guide; `billing_hard_limit_reached` was seen in the wild. No item can pass until somebody pays. */
const spent: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'billing_not_active',
]);
const tooLong =
  /maximum context length|context[_ ]length|context window|too many tokens|reduce the length|string too long/i;
const filtered: ReadonlySet<string> = new Set([
  'content_filter',
  'content_policy_violation',
  'moderation_blocked',
  'invalid_prompt',
]);

/** In order: the first rule that applies decides. */
const rules: readonly Rule[] = [
  {
    name: 'quota or credit is spent',
    applies: ({ status, code, type }) => status === 402 || spent.has(code ?? '') || spent.has(type ?? ''),
    verdict: ({ text, details }) => failureVerdict('quota_exhausted', text, details),
  },
  {
    // A 403 may concern one model only, but a job has one model as a rule: stopping keeps every item to be sent, going on
    // would burn them all.
    name: 'key refused',
    applies: ({ status, message }) =>
      status === 401 || status === 403 || /could not resolve authentication/i.test(message),
    verdict: ({ text, details }) => failureVerdict('auth', text, details),
  },
  {
    name: 'request larger than the limit itself, or a quota of the day',
    applies: ({ status, text }) => status === 429 && isBeyondWaiting(text),
    verdict: (failure) => classifyRefusal(failure, failure.text),
  },
  {
    name: 'x-should-retry: false',
    applies: (failure) => isRetryable(failure.status) && readHeader(failure.headers, 'x-should-retry') === 'false',
    verdict: (failure, secrets) => ({
      kind: 'fail',
      error: { ...statusVerdict(failure, secrets).error, retryable: true },
    }),
  },
  {
    name: 'x-should-retry: true',
    applies: (failure) => !isRetryable(failure.status) && readHeader(failure.headers, 'x-should-retry') === 'true',
    verdict: ({ text, details }) => failureVerdict('server_error', text, details),
  },
  {
    name: 'rate limit, slow_down, no flex capacity',
    applies: ({ status }) => status === 429,
    verdict: (failure) => classifyRefusal(failure, failure.text),
  },
  {
    name: 'request too long for the model',
    applies: ({ status, code, text }) =>
      isBad(status) &&
      (status === 413 || /context_length|string_above_max|too_large/.test(code ?? '') || tooLong.test(text)),
    verdict: ({ text, details }) => finalFailure('too_large', text, details),
  },
  {
    name: 'content policy',
    applies: ({ status, code, text }) =>
      isBad(status) && (filtered.has(code ?? '') || /content management policy|usage polic/i.test(text)),
    verdict: ({ text, details }) => finalFailure('content_filtered', text, details),
  },
  {
    name: 'any other status',
    applies: ({ status }) => status !== undefined,
    verdict: statusVerdict,
  },
];

/**
 * What an error of a request to OpenAI means, after the error-codes guide and openai-node client.js shouldRetry. Goes by
 * properties, never by `instanceof`: majors 6 and 7, and two copies of either, look alike. `secrets` never reach a message.
 */
export function classifyOpenAI(error: unknown, secrets: readonly string[] = []): Verdict {
  const known = ownVerdict(error) ?? ownVerdict(wrapped(error));
  if (known !== undefined) return tidyVerdict(known, secrets);
  const failure = readOpenAIFailure(error, secrets);
  const rule = rules.find(({ applies }) => applies(failure));
  return rule === undefined ? classifyConnection(failure, secrets) : rule.verdict(failure, secrets);
}

/** What the fetch threw: the SDK puts it into an error of its own. */
function wrapped(error: unknown): unknown {
  return isRecord(error) && error['status'] === undefined ? error['cause'] : undefined;
}

function readOpenAIFailure(error: unknown, secrets: readonly string[]): OpenAIFailure {
  const failure = readFailure(error);
  // The SDK puts the status before the API's own words; those alone are in `error.message`.
  const body = typeof error === 'object' && error !== null && 'error' in error ? error.error : undefined;
  const words = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
  const text = tidyMessage(typeof words === 'string' && words !== '' ? words : failure.message, secrets);
  const waitMs = retryAfterMs(failure.headers);
  const { status } = failure;
  return {
    ...failure,
    text,
    details: { ...(status === undefined ? {} : { status }), ...(waitMs === undefined ? {} : { waitMs }) },
  };
}

function statusVerdict(failure: OpenAIFailure, secrets: readonly string[]): Verdict {
  return classifyStatus({ ...failure, message: failure.text }, secrets);
}

function isRetryable(status: number | undefined): boolean {
  return status !== undefined && (status === 408 || status === 409 || status === 429 || status >= 500);
}

/** No wait within the run helps, whatever else the answer says. */
function isBeyondWaiting(text: string): boolean {
  const { tooLarge, period } = readRefusal(text);
  return tooLarge || period === 'day';
}

function isBad(status: number | undefined): boolean {
  return status === 400 || status === 413 || status === 422;
}
