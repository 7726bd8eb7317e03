import { z } from 'zod';
import type { BatchClientApi } from '../client/client-api.js';
import type { JobInfo } from '../core/job.js';
import type { JobReader } from '../job/job-reader.js';
import { checkOptions } from '../options/check-options.js';
import type { SharedLimits } from '../options/run-options.js';
import { aFunction, milliseconds, positive, wholeFrom } from '../options/option-kinds.js';

/** A client whose jobs can be served: a `BatchClient`. */
export interface ServedClient extends BatchClientApi {
  readonly reader: JobReader;
  /** What its own options allow all its jobs together. */
  readonly limits: SharedLimits;
}

/** Who asks, and what they may do. */
export interface Principal {
  /** Who it is: a user's id, say. Jobs started over HTTP carry it as the tag `owner:<name>`; streams are counted by it. */
  readonly name: string;
  /** Jobs this one may see: `own` (default), those tagged with its name; `all`; or whatever a function says. Others are 404. */
  readonly jobs?: 'own' | 'all' | ((job: JobInfo) => boolean) | undefined;
  /** May look, and neither start nor change anything. Default false. */
  readonly readOnly?: boolean | undefined;
}

export interface CorsOptions {
  /** Exact origins of other sites whose pages may call, such as `https://app.example.com`; or `*`, for tokens only. */
  readonly origins: readonly string[];
  /** Let browsers send cookies along. Default false. */
  readonly credentials?: boolean | undefined;
}

export interface HandlerOptions {
  readonly client: ServedClient;
  /**
   * Called for every request but a preflight, before anything is looked up or read. Answers with a {@link Principal} to let it
   * pass; with a `Response`, which is sent as it is; with anything else to refuse it (401). What it throws is a 500.
   */
  readonly authorize: (
    request: Request,
  ) => Principal | Response | null | undefined | false | Promise<Principal | Response | null | undefined | false>;
  /** Path under which the handler is mounted, such as `/api/batches`, where the request's URL still has it. Default `/`. */
  readonly basePath?: string | undefined;
  /**
   * Names (without port) under which the server may be addressed, or `any`. Default: `localhost`, `127.0.0.1` and `::1`. A page
   * of a stranger can point a name of its own at your machine (DNS rebinding); it cannot change the name its requests carry.
   */
  readonly allowedHosts?: readonly string[] | 'any' | undefined;
  /** Pages of other sites. Default: none, same origin only. */
  readonly cors?: CorsOptions | undefined;
  /** Bytes of a body. Default 268,435,456 (256 MiB). */
  readonly maxBodyBytes?: number | undefined;
  /** Bytes of one line of a body. Default 8,388,608 (8 MiB). */
  readonly maxLineBytes?: number | undefined;
  /** Items of one body. Default 1,000,000. */
  readonly maxItems?: number | undefined;
  /** Streams (events, results) open at a time per principal. Default 32. */
  readonly maxStreamsPerPrincipal?: number | undefined;
  /** Jobs whose bodies are being read at a time, per principal. Default 16. */
  readonly maxUploadsPerPrincipal?: number | undefined;
  /** The same, of all principals together. Default 256. */
  readonly maxUploads?: number | undefined;
  /**
   * Milliseconds after which an event stream ends, so that its client comes back and is authorized anew; and that a reader of
   * results may take nothing. The socket of one that does not read is closed. Default 3,600,000.
   */
  readonly maxStreamMs?: number | undefined;
  /** Milliseconds of silence before a comment is sent, to keep proxies from hanging up. Default 15,000. */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds `cancel` and `pause` wait for a job to come to rest before they answer 202. Default 20,000. */
  readonly waitMs?: number | undefined;
  /** Told of what went wrong on our side (5xx). Default: `console.error`. */
  readonly onError?: ((error: unknown, request: Request) => void) | undefined;
}

export type HandlerSettings = Required<{ [K in keyof HandlerOptions]: NonNullable<HandlerOptions[K]> }>;

const schema = z.strictObject({
  client: z.custom<ServedClient>(
    (value) => typeof value === 'object' && value !== null && 'map' in value && 'reader' in value,
    'a BatchClient',
  ),
  authorize: aFunction<HandlerOptions['authorize']>(),
  basePath: z
    .string('a path')
    .regex(/^\/[^?#]*$/, 'a path that begins with a slash')
    .optional(),
  allowedHosts: z.union([z.array(z.string()), z.literal('any')], 'an array of host names, or "any"').optional(),
  cors: z
    .strictObject(
      {
        origins: z.array(z.string('an origin').refine(isOrigin, 'an origin such as https://app.example.com, or *')),
        credentials: z.boolean('true or false').optional(),
      },
      'an object such as { origins: ["https://app.example.com"] }',
    )
    .refine(
      ({ origins, credentials }) => credentials !== true || !origins.includes('*'),
      'without "*" where cookies are let through',
    ) // prettier-ignore
    .optional(),
  maxBodyBytes: wholeFrom(1).optional(),
  maxLineBytes: wholeFrom(1).optional(),
  maxItems: wholeFrom(1).optional(),
  maxStreamsPerPrincipal: wholeFrom(1).optional(),
  maxUploadsPerPrincipal: wholeFrom(1).optional(),
  maxUploads: wholeFrom(1).optional(),
  maxStreamMs: milliseconds.optional(),
  heartbeatMs: positive.optional(),
  waitMs: milliseconds.optional(),
  onError: aFunction<(error: unknown, request: Request) => void>().optional(),
});

const defaults = {
  basePath: '/',
  allowedHosts: ['localhost', '127.0.0.1', '::1'],
  cors: { origins: [] },
  maxBodyBytes: 268_435_456,
  maxLineBytes: 8_388_608,
  maxItems: 1_000_000,
  maxStreamsPerPrincipal: 32,
  maxUploadsPerPrincipal: 16,
  maxUploads: 256,
  maxStreamMs: 3_600_000,
  heartbeatMs: 15_000,
  waitMs: 20_000,
  onError: (error: unknown) => console.error('openapi-batch/http:', error),
} as const;

/** Checked, with defaults. Throws an `OptionsError` naming what is wrong. */
export function handlerSettings(options: HandlerOptions): HandlerSettings {
  const given = checkOptions(schema, options, 'createHandler()');
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...defaults, ...(set as Pick<HandlerSettings, 'client' | 'authorize'>) };
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}
