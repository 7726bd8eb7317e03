import { BatchError, OptionsError } from '../../core/errors.js';
import { keyOf } from './client.js';
import type { GeminiProviderOptions } from './gemini.js';

/** Options with the environment applied. */
export interface GeminiSettings {
  readonly apiKey: string | undefined;
  /** Without the version. */
  readonly baseURL: string;
  readonly apiVersion: string;
  /** The server is not Google's own. */
  readonly foreign: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const googleURL = 'https://generativelanguage.googleapis.com';

/** Options win over `GEMINI_API_KEY`, `GOOGLE_API_KEY` and `GOOGLE_GEMINI_BASE_URL`; a ready client's key wins over both. */
export function geminiSettings(options: GeminiProviderOptions, env: Environment): GeminiSettings {
  const { apiVersion = 'v1beta', client } = options;
  const given = options.baseURL ?? (env['GOOGLE_GEMINI_BASE_URL'] || googleURL);
  checkURL(given);
  // The SDK adds the version itself; a URL that was copied with it would have it twice.
  const plain = given.replace(/\/+$/, '');
  const baseURL = plain.endsWith(`/${apiVersion}`) ? plain.slice(0, -apiVersion.length - 1) : plain;
  const candidates = [keyOf(client), options.apiKey, env['GEMINI_API_KEY'], env['GOOGLE_API_KEY']];
  // Files that keys are read from end with a line break, which no header may hold.
  const apiKey = candidates
    .map((candidate) => candidate?.trim())
    .find((candidate) => candidate !== undefined && candidate !== '');
  const foreign = !/(^|\.)googleapis\.com$/.test(new URL(baseURL).hostname);
  return { apiKey, baseURL, apiVersion, foreign };
}

/** The key to send. Throws BatchError `missing_api_key` where one is needed, on Google's own server. */
export function requireKey({ apiKey, foreign }: GeminiSettings): string {
  if (apiKey !== undefined) return apiKey;
  if (foreign) return 'none';
  throw new BatchError(
    'missing_api_key',
    'The provider "gemini" needs an API key: set GEMINI_API_KEY, or pass the option "apiKey"',
  );
}

/** Throws an OptionsError unless it is an absolute http or https URL. */
export function checkURL(value: string): void {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return;
  throw new OptionsError(`gemini: expected "baseURL" to be a URL such as "${googleURL}", got ${JSON.stringify(value)}`);
}
