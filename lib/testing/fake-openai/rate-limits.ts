import { tokensOf } from '../fake-server/answers.js';
import type { Call } from '../fake-server/call.js';
import type { FakeClock } from '../fake-server/clock.js';
import { isRecord } from '../fake-server/is-record.js';
import type { Quotas, Refusal } from '../fake-server/quota.js';
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

/** Charges an ordinary request, or refuses it with OpenAI's words. */
export function admit(call: Call, quotas: Quotas, clock: FakeClock): Reply | undefined {
  const model = modelOf(call.body);
  if (!quotas.limited) return undefined;
  const refusal = quotas.of(model).admit(chargeOf(call.body));
  return refusal && refused(model, refusal, clock.now());
}

/** The `x-ratelimit-*` headers, where there are limits. */
export function limitHeaders(call: Call, quotas: Quotas, clock: FakeClock): Record<string, string> {
  if (!quotas.limited) return {};
  const quota = quotas.of(modelOf(call.body));
  const now = clock.now();
  return { ...bucketHeaders('requests', quota.requests, now), ...bucketHeaders('tokens', quota.tokens, now) };
}

function bucketHeaders(name: string, bucket: TokenBucket | undefined, now: number): Record<string, string> {
  if (!bucket) return {};
  return {
    [`x-ratelimit-limit-${name}`]: String(bucket.limit),
    [`x-ratelimit-remaining-${name}`]: String(bucket.remaining(now)),
    [`x-ratelimit-reset-${name}`]: goDuration(bucket.resetMs(now)),
  };
}

function refused(model: string, { dimension, limit, used, requested, waitMs }: Refusal, now: number): Reply {
  const what = dimension === 'requests' ? 'requests per min (RPM)' : 'tokens per min (TPM)';
  const where = `for ${model} in organization org-fake on ${what}`;
  const link = 'Visit https://platform.openai.com/account/rate-limits to learn more.';
  if (waitMs === undefined) {
    const advice = 'The input or output tokens must be reduced in order to run successfully.';
    const message = `Request too large ${where}: Limit ${limit}, Requested ${requested}. ${advice} ${link}`;
    return openaiError(429, message, { type: dimension, code: 'rate_limit_exceeded' });
  }
  const wait = `Please try again in ${goDuration(waitMs)}.`;
  const message = `Rate limit reached ${where}: Limit ${limit}, Used ${used}, Requested ${requested}. ${wait} ${link}`;
  const headers = { ...retryHeaders('retry-after', waitMs, now), ...retryHeaders('retry-after-ms', waitMs, now) };
  return openaiError(429, message, { type: dimension, code: 'rate_limit_exceeded', headers });
}

function modelOf(body: unknown): string {
  return isRecord(body) ? String(body['model']) : '';
}
