import type { ThinFetch } from '../../transport/thin-fetch.js';
import { createThinFetch } from '../../transport/thin-fetch.js';
import { ledAstray } from '../astray.js';
import { responseTooLong } from '../response-size.js';
import type { GeminiClientLike } from './client.js';
import { createGeminiClient, loadGeminiSdk } from './client.js';
import type { GeminiProviderOptions } from './gemini.js';
import { withHttpErrors } from './http-error.js';
import type { GeminiSettings } from './settings.js';
import { geminiSettings, requireKey } from './settings.js';

/** What a provider holds open, made at first use: the environment may be read, and the SDK installed, after the provider. */
export interface GeminiConnection {
  settings(): GeminiSettings;
  /** Throws BatchError `sdk_missing` or `missing_api_key`. */
  client(): GeminiClientLike;
  close(): Promise<void>;
}

export function geminiConnection(options: GeminiProviderOptions): GeminiConnection {
  let settings: GeminiSettings | undefined;
  let client: GeminiClientLike | undefined = options.client;
  let thin: ThinFetch | undefined;
  const { connections, maxResponseBytes: maxBodyBytes } = options;
  const redirects = { isFile, astray: ledAstray('gemini', 'baseURL') };
  const transport = { connections, maxBodyBytes, tooLong: responseTooLong, redirects };
  const getSettings = (): GeminiSettings => (settings ??= geminiSettings(options, process.env));

  function connect(): GeminiClientLike {
    const apiKey = requireKey(getSettings());
    const sdk = options.sdk ?? loadGeminiSdk();
    thin ??= options.fetch === undefined ? createThinFetch(transport) : undefined;
    const fetch = options.fetch ?? thin?.fetch ?? globalThis.fetch;
    return createGeminiClient(sdk, apiKey, getSettings(), withHttpErrors(fetch));
  }

  return {
    settings: getSettings,
    client: () => (client ??= connect()),
    close: () => thin?.close() ?? Promise.resolve(),
  };
}

/** Results, which Google may have lie elsewhere. */
function isFile(url: string): boolean {
  return /\/files\/[^/]+:download$/.test(new URL(url).pathname);
}
