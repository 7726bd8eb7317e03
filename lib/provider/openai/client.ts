import { BatchError } from '../../core/errors.js';
import { isMissing, requireModule } from '../../platform/require-module.js';
import type { Fetch } from '../../transport/thin-fetch.js';
import type { OpenAIProviderOptions } from './openai.js';

/** One endpoint of the client. Its `create(body, { signal, timeout, maxRetries })` answers an `APIPromise`. */
export interface OpenAIResource {
  create(body: never, options?: never): PromiseLike<unknown>;
}

/** The part of an `OpenAI` or `AzureOpenAI` instance that is used; majors 6 and 7 both have it. */
export interface OpenAIClientLike {
  readonly chat: { readonly completions: OpenAIResource };
  readonly responses: OpenAIResource;
  readonly embeddings: OpenAIResource;
  readonly baseURL?: string;
  readonly apiKey?: string | null;
}

/** What is not an option as the user gave it. */
export interface ClientConfig {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly fetch: Fetch;
}

type ClientClass = new (options: Readonly<Record<string, unknown>>) => OpenAIClientLike;

interface OpenAISdk {
  readonly OpenAI?: ClientClass;
  readonly AzureOpenAI?: ClientClass;
  readonly default?: ClientClass;
}

/** Loads the optional peer `openai` at first use. Throws BatchError `sdk_missing` with the line that installs it. */
export function loadOpenAISdk(): unknown {
  try {
    return requireModule('openai');
  } catch (error) {
    if (!isMissing(error, 'openai')) throw error;
    throw new BatchError('sdk_missing', 'The provider "openai" needs the package "openai": npm install openai', {
      cause: error,
    });
  }
}

/** A client whose retries and log are off: attempts are the engine's business. */
export function createOpenAIClient(
  sdk: unknown,
  options: OpenAIProviderOptions,
  config: ClientConfig,
): OpenAIClientLike {
  const { OpenAI, AzureOpenAI, default: fallback } = sdk as OpenAISdk;
  const { azure, organization, project, defaultHeaders, defaultQuery } = options;
  const { apiKey, baseURL, fetch } = config;
  const shared = {
    ...{ apiKey, organization, project, defaultHeaders, defaultQuery, fetch },
    // A simulated browser, as in a test environment, is no reason to refuse.
    ...{ maxRetries: 0, logLevel: 'off', dangerouslyAllowBrowser: true },
  };
  const Client = azure === undefined ? (OpenAI ?? fallback) : AzureOpenAI;
  if (Client === undefined) {
    throw new BatchError(
      'sdk_missing',
      'The package "openai" that was found is of an unknown major: npm install openai@^6',
    );
  }
  if (azure === undefined) return new Client({ ...shared, baseURL });
  const { endpoint, apiVersion, deployment } = azure;
  // Null keeps OPENAI_BASE_URL out, which the SDK refuses beside an Azure endpoint.
  return new Client({ ...shared, baseURL: null, endpoint, apiVersion, deployment });
}
