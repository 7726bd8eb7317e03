import { commonFaults } from '../fake-server/common-faults.js';
import type { Fault } from '../fake-server/fault.js';
import { type RetryHint, retryHeaders } from '../fake-server/retry-hint.js';
import { blockedAnswer, blockedPrompt, type BlockReason, cutAtLimit, type FinishReason } from './answer-faults.js';
import { geminiError, invalidKey } from './error-body.js';
import { quotaError } from './quota-error.js';

export interface RateLimitParts {
  /** Default `RetryInfo`, in the body, which is what Gemini does; the others are headers. */
  readonly hint?: 'RetryInfo' | RetryHint;
  /** Default 1,000. */
  readonly waitMs?: number;
  /** Default `requestsPerMinute`. */
  readonly period?: 'requestsPerMinute' | 'tokensPerMinute';
}

/** An error answer instead of the work. */
function errorFault(name: string, status: number, message: string): Fault {
  return { name, performs: false, reply: () => geminiError(status, message) };
}

const serverErrors: Readonly<Record<number, string>> = {
  500: 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  502: 'Bad gateway.',
  503: 'The model is overloaded. Please try again later.',
  504: 'The request timed out. Please try again.',
};

/** Faults as Gemini commits them, and those any network adds. */
export const geminiFaults = {
  ...commonFaults,

  /** 429 of a quota per minute, which passes by itself. */
  rateLimit: ({ hint = 'RetryInfo', waitMs = 1_000, period = 'requestsPerMinute' }: RateLimitParts = {}): Fault => ({
    name: 'rateLimit',
    performs: false,
    reply: ({ now }) => {
      const parts = { period, limit: 10, model: 'gemini-2.5-flash' };
      if (hint === 'RetryInfo') return quotaError({ ...parts, waitMs });
      const reply = quotaError(parts);
      return { ...reply, headers: { ...reply.headers, ...retryHeaders(hint, waitMs, now) } };
    },
  }),

  /** 429 of a quota per day: no waiting within the run helps, whatever its RetryInfo says. */
  dailyQuota: ({ waitMs = 34_000 }: { waitMs?: number } = {}): Fault => ({
    name: 'dailyQuota',
    performs: false,
    reply: () => quotaError({ period: 'requestsPerDay', limit: 250, model: 'gemini-2.5-flash', waitMs }),
  }),

  /** 429 without details, as it comes when a whole service is short of capacity. */
  exhausted: (): Fault => errorFault('exhausted', 429, 'Resource has been exhausted (e.g. check quota).'),

  /** 500, 502, 503 (overloaded) or 504. */
  serverError: ({ status = 500 }: { status?: number } = {}): Fault =>
    errorFault('serverError', status, serverErrors[status] ?? 'Server error.'),

  /** 503: the model is overloaded. */
  overloaded: (): Fault => ({ ...geminiFaults.serverError({ status: 503 }), name: 'overloaded' }),

  /** 400 of a key that does not exist. */
  invalidKey: (): Fault => ({ name: 'invalidKey', performs: false, reply: invalidKey }),

  unauthorized: (): Fault =>
    errorFault('unauthorized', 401, 'Request had invalid authentication credentials. Expected OAuth 2 access token.'),

  forbidden: (): Fault => errorFault('forbidden', 403, 'Your project has been denied access. Please contact support.'),

  notFound: (): Fault => errorFault('notFound', 404, 'models/none is not found for API version v1beta.'),

  /** 400 of one bad item. */
  badRequest: (message = 'Request contains an invalid argument.'): Fault => errorFault('badRequest', 400, message),

  requestTimeout: (): Fault => errorFault('requestTimeout', 408, 'Request timed out.'),

  conflict: (): Fault => errorFault('conflict', 409, 'The operation was aborted.'),

  /** 200 with `promptFeedback.blockReason` and no candidates. */
  blockedPrompt: (reason: BlockReason = 'PROHIBITED_CONTENT'): Fault => ({
    name: 'blockedPrompt',
    performs: true,
    reply: (context) => blockedPrompt(context, reason),
  }),

  /** 200 with a candidate that has a `finishReason` and no content. */
  blockedAnswer: (reason: FinishReason = 'SAFETY'): Fault => ({
    name: 'blockedAnswer',
    performs: true,
    reply: (context) => blockedAnswer(context, reason),
  }),

  /** 200 cut at the output limit. */
  maxTokens: (): Fault => ({ name: 'maxTokens', performs: true, reply: cutAtLimit }),
} as const;
