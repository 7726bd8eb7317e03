import type { ThinFetch } from '../../transport/thin-fetch.js';
import { createThinFetch } from '../../transport/thin-fetch.js';
import { ledAstray } from '../astray.js';
import { responseTooLong } from '../response-size.js';
import type { OpenAIClientLike } from './client.js';
import { createOpenAIClient, loadOpenAISdk } from './client.js';
import { withErrorEnvelope } from './error-envelope.js';
import type { OpenAIProviderOptions } from './openai.js';
import type { OpenAISettings } from './settings.js';
import { openaiSettings, requireKey } from './settings.js';

/** What a provider holds open, made at first use: the environment may be read, and the SDK installed, after the provider. */
export interface OpenAIConnection {
  settings(): OpenAISettings;
  /** Throws BatchError `sdk_missing` or `missing_api_key`. */
  client(): OpenAIClientLike;
  close(): Promise<void>;
}

export function openaiConnection(options: OpenAIProviderOptions): OpenAIConnection {
  let settings: OpenAISettings | undefined;
  let client: OpenAIClientLike | undefined = options.client;
  let thin: ThinFetch | undefined;
  const { connections, maxResponseBytes: maxBodyBytes } = options;
  const astray = ledAstray('openai', options.azure === undefined ? 'baseURL' : 'azure.endpoint');
  const transport = { connections, maxBodyBytes, tooLong: responseTooLong, redirects: { isFile, astray } };
  const getSettings = (): OpenAISettings => (settings ??= openaiSettings(options, process.env));

  function connect(): OpenAIClientLike {
    const { baseURL } = getSettings();
    const apiKey = requireKey(options, getSettings());
    const sdk = options.sdk ?? loadOpenAISdk();
    thin ??= options.fetch === undefined ? createThinFetch(transport) : undefined;
    const fetch = options.fetch ?? thin?.fetch ?? globalThis.fetch;
    return createOpenAIClient(sdk, options, { apiKey, baseURL, fetch: withErrorEnvelope(fetch) });
  }

  return {
    settings: getSettings,
    client: () => (client ??= connect()),
    close: () => thin?.close() ?? Promise.resolve(),
  };
}

/** Results; compatible servers keep them in a storage of their own. */
function isFile(url: string): boolean {
  return /\/files\/[^/]+\/content$/.test(new URL(url).pathname);
}
