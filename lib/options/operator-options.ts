import { z } from 'zod';
import { aFunction, flag, milliseconds, positive, rxScheduler, wholeFrom } from './option-kinds.js';

/** What the options of `rateLimiter` and `rateLimit` have in common. */
const limits = {
  requestsPerMinute: positive.optional(),
  tokensPerMinute: positive.optional(),
  burst: wholeFrom(1).optional(),
  scheduler: rxScheduler.optional(),
} as const;

type Limits = z.output<z.ZodObject<typeof limits>>;

const names = Object.keys(limits) as readonly (keyof Limits)[];

/** Wrong together, though each is right by itself. */
function conflict(path: string, expected: string) {
  return { code: 'custom' as const, path: [path], message: expected };
}

function checkBurst({ burst, requestsPerMinute }: Limits, found: z.RefinementCtx): void {
  if (burst === undefined || requestsPerMinute !== undefined) return;
  found.addIssue(conflict('burst', 'left out where there is no "requestsPerMinute": it counts requests'));
}

export const rateLimiterSchema = z.strictObject(limits).superRefine(checkBurst);

const limiter = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && 'admit' in value && typeof value.admit === 'function',
  'what rateLimiter({ requestsPerMinute: 500 }) returns',
);
const tokensText = 'a function that tells the tokens of a value, such as (value) => value.prompt.length / 3';

export const rateLimitSchema = z
  .strictObject({ ...limits, tokens: aFunction<(value: never) => number>().optional(), limiter: limiter.optional() })
  .superRefine((options, found) => {
    const twice = options.limiter === undefined ? undefined : names.find((name) => options[name] !== undefined);
    if (twice !== undefined)
      found.addIssue(conflict(twice, 'left out where there is a "limiter": give it to rateLimiter()'));
    if (options.tokensPerMinute !== undefined && options.tokens === undefined)
      found.addIssue(conflict('tokens', tokensText));
    checkBurst(options, found);
  });

export const retryWithBackoffSchema = z.strictObject({
  maxAttempts: z
    .custom<number>(
      (value) => value === Infinity || (Number.isSafeInteger(value) && Number(value) >= 1),
      'a whole number from 1 up, or Infinity',
    )
    .optional(),
  baseMs: milliseconds.optional(),
  maxMs: milliseconds.optional(),
  random: aFunction<() => number>().optional(),
  delayFloor: aFunction<(error: unknown) => number | undefined>().optional(),
  retryIf: aFunction<(error: unknown, attempt: number) => boolean>().optional(),
  resetOnSuccess: flag.optional(),
  scheduler: rxScheduler.optional(),
});
