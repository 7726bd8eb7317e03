import type { SchedulerLike } from 'rxjs';
import { z } from 'zod';
import type { ResolvedItem } from '../core/item.js';
import type { Provider } from '../provider/provider.js';
import type { OpenAIProviderOptions } from '../provider/openai/openai.js';
import type { GeminiProviderOptions } from '../provider/gemini/gemini.js';
import type { LocalEchoOptions } from '../provider/echo/local-echo.js';
import type { BatchStore } from '../store/store.js';
import { aFunction, rxScheduler } from './option-kinds.js';
import { runShape, type RunOptions } from './run-options.js';

export type ProviderName = 'openai' | 'gemini' | 'local_echo';

export interface BatchClientOptions extends RunOptions {
  /** A name, or any `Provider`. Default `local_echo`, which needs no key and no network. */
  provider?: ProviderName | Provider | undefined;
  /** Default: `OPENAI_API_KEY`, or `GEMINI_API_KEY`. Never stored, never logged. */
  apiKey?: string | undefined;
  /** For compatible servers. */
  baseURL?: string | undefined;
  /** `/v1/chat/completions` (default), `/v1/responses`, `/v1/embeddings`; Gemini: `generateContent` (default), `embedContent`. */
  endpoint?: string | undefined;
  defaultModel?: string | undefined;
  /** Path of the SQLite file, or `:memory:`. Default: `OPENAPI_BATCH_DB`, else `openapi-batch.sqlite` in the current folder. */
  db?: string | undefined;
  /** `full` (default) survives a power cut, `normal` a killed process. */
  durability?: 'full' | 'normal' | undefined;
  /** Further options of the provider chosen by name. */
  openai?: Omit<OpenAIProviderOptions, 'apiKey' | 'baseURL' | 'endpoint' | 'defaultModel'> | undefined;
  gemini?: Omit<GeminiProviderOptions, 'apiKey' | 'baseURL' | 'endpoint' | 'defaultModel'> | undefined;
  localEcho?: LocalEchoOptions | undefined;
  /** A store of your own instead of `db`. */
  store?: BatchStore | undefined;
  /** Light progress lines: true for stderr, or a function. Default: `OPENAPI_BATCH_LOG`. */
  log?: boolean | ((line: string) => void) | undefined;
  /** Tokens a request takes from the quota, instead of the provider's own estimate. */
  estimateTokens?: ((item: ResolvedItem) => number) | undefined;
  /** Clock of everything that waits. Default `asyncScheduler`. */
  scheduler?: SchedulerLike | undefined;
  /** Source of jitter, 0 to 1. Default `Math.random`. */
  random?: (() => number) | undefined;
}

const text = z.string('a string').min(1, 'a string that is not empty');
const record = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);
const providerText = 'one of "openai", "gemini", "local_echo", or a provider object with "name" and "request"';

const isProvider = (value: unknown): value is Provider =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'request' in value &&
  typeof value.request === 'function';

export const clientSchema = z.strictObject({
  // An unknown name is told apart later, with a suggestion.
  provider: z
    .custom<string | Provider>((value) => typeof value === 'string' || isProvider(value), providerText)
    .optional(),
  apiKey: text.optional(),
  baseURL: z
    .string('a URL such as "https://api.openai.com/v1"')
    .refine(isHttpUrl, 'a URL such as "https://api.openai.com/v1"')
    .optional(),
  endpoint: text.optional(),
  defaultModel: text.optional(),
  db: text.optional(),
  durability: z.enum(['full', 'normal'], 'one of "full", "normal"').optional(),
  openai: record.optional(),
  gemini: record.optional(),
  localEcho: record.optional(),
  store: record.optional(),
  log: z
    .custom<boolean | ((line: string) => void)>(
      (value) => typeof value === 'boolean' || typeof value === 'function',
      'true, false or a function',
    )
    .optional(),
  estimateTokens: aFunction<(item: ResolvedItem) => number>().optional(),
  scheduler: rxScheduler.optional(),
  random: aFunction<() => number>().optional(),
  ...runShape,
});

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
