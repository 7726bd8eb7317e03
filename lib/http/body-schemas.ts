import { z } from 'zod';
import type { BatchItem } from '../core/item.js';
import { jsonProblem, mostNesting } from '../core/json-value.js';
import { mapSchema, resumeSchema } from '../options/map-options.js';
import { isOwnerTag } from './job-access.js';

/** Passed on as it came: a schema that copies would lose an own key called `__proto__`. */
const fields = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);
const text = z.string('a string').min(1, 'a string that is not empty');

/** Characters of JSON a job may bring about itself: every list of jobs tells it again. */
const mostJobChars = 65_536;
const fitsJob = (value: unknown): boolean => (JSON.stringify(value)?.length ?? 0) <= mostJobChars; // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- undefined has no JSON

/** Of a job itself; what is nested too deep cannot be measured. */
const ofJob = <S extends z.ZodType>(schema: S): S =>
  schema
    .refine((value) => jsonProblem(value) === undefined, {
      error: `at most ${mostNesting.toLocaleString('en-US')} levels of JSON`,
      abort: true,
    })
    .refine(fitsJob, 'at most 65,536 characters of JSON');

/** One line of `POST /jobs`. */
export const itemLine: z.ZodType<BatchItem> = z.strictObject(
  {
    itemId: z.string('a string').max(10_000, 'a string of at most 10,000 characters').exactOptional(),
    input: z
      .unknown()
      .refine((input) => input !== undefined, 'a value: { "prompt": "..." } or the body of the request'),
    model: text.exactOptional(),
    params: fields.exactOptional(),
    metadata: z.unknown().exactOptional(),
  },
  'an object such as { "itemId": "a", "input": { "prompt": "..." } }',
);

const remoteRunFields = {
  concurrency: true,
  maxAttempts: true,
  attemptTimeoutMs: true,
  stragglerFactor: true,
  backoffBaseMs: true,
  backoffMaxMs: true,
  requestsPerMinute: true,
  tokensPerMinute: true,
  maxFailures: true,
  maxFailureRate: true,
  keepRaw: true,
  nativeMinItems: true,
} as const;

/** The first line of `POST /jobs`, where it is one of options. What is the server's business is not among them. */
export const jobLine = z.strictObject({
  job: mapSchema
    .pick({ ...remoteRunFields, mode: true, model: true })
    .extend({
      metadata: ofJob(z.unknown()).optional(),
      params: ofJob(fields).optional(),
      tags: z
        .array(
          z
            .string('a string')
            .max(200, 'a string of at most 200 characters')
            .refine((tag) => !isOwnerTag(tag), 'a tag that does not begin with "owner:", which the server gives'),
          'an array of strings',
        )
        .max(50, 'an array of at most 50 strings')
        .optional(),
    })
    .strict(),
});

/** Body of `POST /jobs/:id/resume`. */
export const resumeBody = resumeSchema.pick({ ...remoteRunFields, partial: true, mode: true }).strict();

/** Body of `POST /jobs/:id/retry`. */
export const retryBody = resumeSchema.pick({ mode: true }).strict();

/** Body of `POST /jobs/:id/items`. */
export const itemQuestion = z.strictObject({ itemId: z.string('a string') }, 'an object such as { "itemId": "a" }');

export interface Issue {
  readonly field: string;
  readonly message: string;
}

/** What a schema objects to, in words: `expected a string`. */
export function issuesOf(error: z.ZodError): readonly Issue[] {
  return error.issues.slice(0, 10).map((issue) => {
    const field = issue.path.join('.');
    if (issue.code === 'unrecognized_keys')
      return { field: [...issue.path, issue.keys[0]].join('.').slice(0, 200), message: 'unknown field' };
    // A schema's own words begin with what was expected; the library's say it in theirs.
    return { field, message: `expected ${issue.message.replace(/^Invalid \w+: expected /, '')}` };
  });
}
