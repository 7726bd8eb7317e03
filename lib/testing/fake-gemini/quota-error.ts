import type { Reply } from '../fake-server/reply.js';
import { type Detail, geminiError } from './error-body.js';

export type QuotaPeriod = 'requestsPerMinute' | 'tokensPerMinute' | 'requestsPerDay' | 'tokensPerDay';

const quotas: Readonly<Record<QuotaPeriod, { readonly metric: string; readonly id: string }>> = {
  requestsPerMinute: {
    metric: 'generate_content_paid_tier_requests',
    id: 'GenerateRequestsPerMinutePerProjectPerModel-PaidTier',
  },
  tokensPerMinute: {
    metric: 'generate_content_paid_tier_input_token_count',
    id: 'GenerateContentPaidTierInputTokensPerModelPerMinute',
  },
  requestsPerDay: {
    metric: 'generate_content_free_tier_requests',
    id: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  },
  tokensPerDay: {
    metric: 'generate_content_free_tier_input_token_count',
    id: 'GenerateContentInputTokensPerModelPerDay-FreeTier',
  },
};

export interface QuotaErrorParts {
  readonly period: QuotaPeriod;
  readonly limit: number;
  readonly model: string;
  /** Left out, the answer does not say when to come back. */
  readonly waitMs?: number;
}

/** 429 RESOURCE_EXHAUSTED with QuotaFailure, Help and RetryInfo. */
export function quotaError({ period, limit, model, waitMs }: QuotaErrorParts): Reply {
  const { metric, id } = quotas[period];
  const delay = waitMs === undefined ? undefined : durationOf(waitMs);
  const failure = {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [
      {
        quotaMetric: `generativelanguage.googleapis.com/${metric}`,
        quotaId: id,
        quotaDimensions: { location: 'global', model },
        quotaValue: String(limit),
      },
    ],
  };
  const help = {
    '@type': 'type.googleapis.com/google.rpc.Help',
    links: [
      { description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' },
    ],
  };
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay };
  const message =
    'You exceeded your current quota, please check your plan and billing details. ' +
    'For more information on this error, head over to: https://ai.google.dev/gemini-api/docs/rate-limits. \n' +
    `* Quota exceeded for metric: generativelanguage.googleapis.com/${metric}, limit: ${limit}, model: ${model}` +
    (delay === undefined ? '' : `\nPlease retry in ${delay}.`);
  const details: Detail[] = delay === undefined ? [failure, help] : [failure, help, retry];
  return geminiError(429, message, details);
}

/** Milliseconds as protobuf's JSON has durations: `1s`, `33.8s`. */
export function durationOf(ms: number): string {
  return `${ms / 1000}s`;
}
