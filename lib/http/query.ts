import { z } from 'zod';
import type { JobStatus } from '../core/job.js';
import { Problem } from './problem.js';

const whole = z.string().regex(/^\d{1,15}$/).transform(Number); // prettier-ignore
const afterNumber = whole.optional().default(0);
const limitOf = (few: number, most: number) =>
  whole
    .refine((limit) => limit > 0)
    .optional()
    .default(few)
    .transform((limit) => Math.min(most, limit));
/** Nothing to look for is as good as not asked. */
const searched = z.string().max(1_000).optional().transform((text) => text || undefined); // prettier-ignore

const statuses = ['pending', 'running', 'paused', 'interrupted', 'failed', 'completed', 'cancelled'] as const;
statuses satisfies readonly JobStatus[];

/** What comes after the question mark. Unknown names are left alone: proxies and caches add their own. */
const schemas = {
  jobs: z.object({
    after: whole.optional(),
    limit: limitOf(100, 1_000),
    status: z.enum(statuses).optional(),
    search: searched,
  }),
  events: z.object({ after: z.union([whole, z.literal('now')]).optional() }),
  results: z.object({
    after: afterNumber,
    only: z.enum(['all', 'ok', 'failed']).optional(),
    order: z.enum(['completion', 'input']).optional(),
  }),
  items: z.object({
    after: afterNumber,
    limit: limitOf(50, 500),
    only: z.enum(['ok', 'failed', 'pending']).optional(),
    code: z.string().max(64).optional(),
    search: searched,
  }),
} as const;

/** In words, for a message: `expected a whole number`. */
const expected: Readonly<Record<string, string>> = {
  after:
    'a sequence, an ordinal, a cursor, or "next" of the page before: a whole number from 0 up (events also take "now")',
  limit: 'a whole number from 1 up',
  only: 'one of ok, failed (results also take all, items take pending)',
  order: 'one of completion, input',
  code: 'an error code',
  search: 'a text of at most 1,000 characters',
  status: `one of ${statuses.join(', ')}`,
};

export type Query<K extends keyof typeof schemas> = z.output<(typeof schemas)[K]>;

/** Reads a query; throws a 400 that names the parameter, or what stands for it: `source`. */
export function readQuery<K extends keyof typeof schemas>(name: K, params: URLSearchParams, source?: string): Query<K> {
  const parsed = schemas[name].safeParse(Object.fromEntries(params));
  if (parsed.success) return parsed.data as Query<K>;
  const errors = parsed.error.issues.map(({ path }) => {
    const field = String(path[0] ?? '');
    return { field, message: `expected ${expected[field] ?? 'something else'}` };
  });
  const [first] = errors;
  const named = source ?? `query parameter "${first?.field ?? ''}"`;
  throw new Problem(400, 'bad_request', `The ${named} is wrong: ${first?.message ?? ''}`, { errors });
}
