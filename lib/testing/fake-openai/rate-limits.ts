import { tokensOf } from '../fake-server/answers.js';
import type { Call } from '../fake-server/call.js';
import type { FakeClock } from '../fake-server/clock.js';
import type { DayCount } from '../fake-server/day-count.js';
import { isRecord } from '../fake-server/is-record.js';
import type { Refusal } from '../fake-server/quota.js';
import type { Quotas } from '../fake-server/quotas.js';
import type { Reply } from '../fake-server/reply.js';
import { goDuration, retryHeaders } from '../fake-server/retry-hint.js';
import type { TokenBucket } from '../fake-server/token-bucket.js';
import { openaiError } from './error-body.js';
import { maxOutputTokens, requestText } from './request-text.js';

/** Tokens a request takes from the tokens-per-minute quota: the larger of its output limit and a quarter of its characters. */
export function chargeOf(body: unknown): number {
  if (!isRecord(body)) return 1;
  return Math.max(maxOutputTokens(body), tokensOf(requestText(body).all), 1);
}

/** Charges an ordinary request, or refuses it with OpenAI's words; without `headers` the words alone say when to come back. */
export function admit(call: Call, quotas: Quotas, clock: FakeClock, headers: boolean): Reply | undefined {
  const model = modelOf(call.body);
  if (!quotas.limited) return undefined;
  const refusal = quotas.of(model).admit(chargeOf(call.body));
  if (refusal === undefined) return undefined;
  const hints = headers && refusal.waitMs !== undefined ? hintsOf(refusal.waitMs, clock.now()) : {};
  return refused(model, refusal, hints);
}

/** The `x-ratelimit-*` headers, where there are limits: of requests per day where there is such a limit, as Groq has it. */
export function limitHeaders(call: Call, quotas: Quotas, clock: FakeClock): Record<string, string> {
  if (!quotas.limited) return {};
  const quota = quotas.of(modelOf(call.body));
  const now = clock.now();
  const requests = quota.requestsOfDay ?? quota.requests;
  return { ...bucketHeaders('requests', requests, now), ...bucketHeaders('tokens', quota.tokens, now) };
}

function bucketHeaders(name: string, bucket: TokenBucket | DayCount | undefined, now: number): Record<string, string> {
  if (!bucket) return {};
  const resetMs = bucket.resetMs(now);
  return {
    [`x-ratelimit-limit-${name}`]: String(bucket.limit),
    [`x-ratelimit-remaining-${name}`]: String(bucket.remaining(now)),
    ...(resetMs === undefined ? {} : { [`x-ratelimit-reset-${name}`]: goDuration(resetMs) }),
  };
}

function hintsOf(waitMs: number, now: number): Record<string, string> {
  return { ...retryHeaders('retry-after', waitMs, now), ...retryHeaders('retry-after-ms', waitMs, now) };
}

const names = {
  requests: { minute: 'requests per min (RPM)', day: 'requests per day (RPD)' },
  tokens: { minute: 'tokens per min (TPM)', day: 'tokens per day (TPD)' },
} as const;

function refused(model: string, refusal: Refusal, headers: Record<string, string>): Reply {
  const { dimension, period, limit, used, requested, waitMs, tooLarge } = refusal;
  const where = `for ${model} in organization org-fake on ${names[dimension][period]}`;
  const link = 'Visit https://platform.openai.com/account/rate-limits to learn more.';
  if (tooLarge) {
    const advice = 'The input or output tokens must be reduced in order to run successfully.';
    const message = `Request too large ${where}: Limit ${limit}, Requested ${requested}. ${advice} ${link}`;
    return openaiError(429, message, { type: dimension, code: 'rate_limit_exceeded' });
  }
  const wait = waitMs === undefined ? '' : ` Please try again in ${goDuration(waitMs)}.`;
  const message = `Rate limit reached ${where}: Limit ${limit}, Used ${used}, Requested ${requested}.${wait} ${link}`;
  return openaiError(429, message, { type: dimension, code: 'rate_limit_exceeded', headers });
}

function modelOf(body: unknown): string {
  return isRecord(body) ? String(body['model']) : '';
}
