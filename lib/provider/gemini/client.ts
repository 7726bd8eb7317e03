import { BatchError } from '../../core/errors.js';
import { isMissing, requireModule } from '../../platform/require-module.js';
import type { Fetch } from '../../transport/thin-fetch.js';
import type { GeminiSettings } from './settings.js';

/** The part of a `GoogleGenAI` instance that is used; majors 2 and 3 both have it. */
export interface GeminiClientLike {
  readonly models: {
    generateContent(parameters: never): PromiseLike<unknown>;
    embedContent(parameters: never): PromiseLike<unknown>;
  };
}

/**
 * The SDK's own request plumbing (`apiClient.request`): URL, key, headers and errors are the SDK's, the body is ours. The
 * methods of `models` rewrite a body on its way out and back, drop what they do not know, and may send further requests of
 * their own ("automatic continuation").
 */
export interface GeminiPlumbing {
  request(call: {
    readonly path: string;
    readonly body: string;
    readonly httpMethod: 'POST';
    readonly abortSignal: AbortSignal;
  }): PromiseLike<{ json(): PromiseLike<unknown> }>;
}

/** The plumbing of a client, or undefined where it is a stand-in without one. */
export function plumbingOf(client: GeminiClientLike): GeminiPlumbing | undefined {
  const { apiClient } = client as { readonly apiClient?: Partial<GeminiPlumbing> };
  return typeof apiClient?.request === 'function' ? (apiClient as GeminiPlumbing) : undefined;
}

/** The key of a ready client, which its class keeps private; wanted only to keep it out of messages. */
export function keyOf(client: GeminiClientLike | undefined): string | undefined {
  const { apiKey } = (client ?? {}) as { readonly apiKey?: unknown };
  return typeof apiKey === 'string' ? apiKey : undefined;
}

/** Loads the optional peer `@google/genai` at first use. Throws BatchError `sdk_missing` with the line that installs it. */
export function loadGeminiSdk(): unknown {
  try {
    return requireModule('@google/genai');
  } catch (error) {
    if (!isMissing(error, '@google/genai')) throw error;
    const message = 'The provider "gemini" needs the package "@google/genai": npm install @google/genai';
    throw new BatchError('sdk_missing', message, { cause: error });
  }
}

/**
 * A client without retries of its own, which ignore RetryInfo, and without a timeout: the SDK keeps the timer of every request
 * until it runs out (genai apiCall never disposes of it), and each request brings a signal that ends it, body included.
 */
export function createGeminiClient(
  sdk: unknown,
  apiKey: string,
  settings: GeminiSettings,
  fetch: Fetch,
): GeminiClientLike {
  const { GoogleGenAI } = sdk as { readonly GoogleGenAI?: new (options: object) => GeminiClientLike };
  if (GoogleGenAI === undefined) {
    throw new BatchError(
      'sdk_missing',
      'The package "@google/genai" that was found is of an unknown major: npm install @google/genai@^2',
    );
  }
  const { baseURL, apiVersion } = settings;
  return new GoogleGenAI({ apiKey, apiVersion, vertexai: false, httpOptions: { baseUrl: baseURL, apiVersion, fetch } });
}
