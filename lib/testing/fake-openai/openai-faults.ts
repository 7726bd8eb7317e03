import { commonFaults } from '../fake-server/common-faults.js';
import type { Fault } from '../fake-server/fault.js';
import { goDuration, type RetryHint, retryHeaders } from '../fake-server/retry-hint.js';
import { contentFiltered, cutAtLength, refusedByModel } from './answer-faults.js';
import { type ErrorParts, openaiError } from './error-body.js';

/** An error answer instead of the work. */
function errorFault(name: string, status: number, message: string, parts: ErrorParts): Fault {
  return { name, performs: false, reply: () => openaiError(status, message, parts) };
}

type SpendCode =
  | 'credit_balance_exhausted'
  | 'organization_spend_limit_exceeded'
  | 'project_spend_limit_exceeded'
  | 'organization_usage_limit_exceeded'
  | 'billing_hard_limit_reached';

const serverErrors: Readonly<Record<number, string>> = {
  500: 'The server had an error while processing your request. Sorry about that!',
  502: 'Bad gateway.',
  503: 'The service is temporarily unavailable.',
  504: 'Gateway timeout.',
};

/** Faults as OpenAI commits them, and those any network adds. */
export const openaiFaults = {
  ...commonFaults,

  /** 429 that passes by itself; says when to come back in the way `hint` names. `waitMs` defaults to 1,000. */
  rateLimit: ({ hint = 'retry-after', waitMs = 1000 }: { hint?: RetryHint; waitMs?: number } = {}): Fault => ({
    name: 'rateLimit',
    performs: false,
    reply: ({ now }) => {
      const message = 'Rate limit reached for requests per min (RPM). Please try again later.';
      return openaiError(429, message, {
        type: 'requests',
        code: 'rate_limit_exceeded',
        headers: retryHeaders(hint, waitMs, now),
      });
    },
  }),

  /** 429 of a quota per day, which gives one more request after `waitMs`; default 432,000, as 200 a day do. */
  dailyQuota: ({ waitMs = 432_000 }: { waitMs?: number } = {}): Fault =>
    errorFault(
      'dailyQuota',
      429,
      'Rate limit reached for gpt-4o-mini in organization org-fake on requests per day (RPD): Limit 200, Used 200, ' +
        `Requested 1. Please try again in ${goDuration(waitMs)}.`,
      { type: 'requests', code: 'rate_limit_exceeded' },
    ),

  /** 429 that asks to cut the rate. */
  slowDown: (): Fault =>
    errorFault('slowDown', 429, 'Please slow down.', { type: 'rate_limit_error', code: 'slow_down' }),

  /** 429 that no waiting helps: this one item is larger than the limit. */
  tooLarge: (): Fault =>
    errorFault(
      'tooLarge',
      429,
      'Request too large for gpt-4o in organization org-fake on tokens per min (TPM): Limit 30000, Requested 42000. ' +
        'The input or output tokens must be reduced in order to run successfully.',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),

  /** 429 of an account without money: nothing can pass. */
  insufficientQuota: (): Fault =>
    errorFault(
      'insufficientQuota',
      429,
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, ' +
        'read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
      { type: 'insufficient_quota', code: 'insufficient_quota' },
    ),

  /** The other 429s that stop everything. */
  spendLimit: (code: SpendCode = 'organization_spend_limit_exceeded'): Fault =>
    errorFault('spendLimit', 429, 'You have reached your spend limit.', { type: 'insufficient_quota', code }),

  /** 429 of `service_tier: flex` without capacity. */
  flexUnavailable: (): Fault =>
    errorFault('flexUnavailable', 429, 'Resource Unavailable', {
      type: 'rate_limit_error',
      code: 'resource_unavailable',
    }),

  /** 500, 502, 503 or 504 with a JSON body. */
  serverError: ({ status = 500 }: { status?: number } = {}): Fault =>
    errorFault('serverError', status, serverErrors[status] ?? 'Server error.', { type: 'server_error' }),

  /** 503 of a model that is too busy. */
  overloaded: (): Fault =>
    errorFault('overloaded', 503, 'The server is overloaded, please try again later.', {
      type: 'service_unavailable_error',
      code: 'server_is_overloaded',
    }),

  unauthorized: (): Fault =>
    errorFault('unauthorized', 401, 'Incorrect API key provided: sk-****fake.', { code: 'invalid_api_key' }),

  forbidden: (): Fault =>
    errorFault('forbidden', 403, 'Country, region, or territory not supported', {
      type: 'request_forbidden',
      code: 'unsupported_country_region_territory',
    }),

  notFound: (): Fault => errorFault('notFound', 404, 'The model `none` does not exist.', { code: 'model_not_found' }),

  /** 400 of one bad item. */
  badRequest: (message = "Invalid value: 'poison'."): Fault =>
    errorFault('badRequest', 400, message, { param: 'messages', code: 'invalid_value' }),

  requestTimeout: (): Fault => errorFault('requestTimeout', 408, 'Request timed out.', { type: 'timeout' }),

  conflict: (): Fault =>
    errorFault('conflict', 409, 'The resource was updated by another request.', { type: 'conflict' }),

  /** 200 with `finish_reason: content_filter`, or its like for responses. */
  contentFilter: (): Fault => ({ name: 'contentFilter', performs: true, reply: contentFiltered }),

  /** 200 in which the model refuses. */
  refusal: (): Fault => ({ name: 'refusal', performs: true, reply: refusedByModel }),

  /** 200 cut at the output limit: `finish_reason: length`, or `incomplete`. */
  lengthLimit: (): Fault => ({ name: 'lengthLimit', performs: true, reply: cutAtLength }),
} as const;
