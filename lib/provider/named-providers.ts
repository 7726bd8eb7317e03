import { OptionsError } from '../core/errors.js';
import type { LocalEchoOptions } from './echo/local-echo.js';
import { localEcho } from './echo/local-echo.js';
import type { GeminiProviderOptions } from './gemini/gemini.js';
import { gemini } from './gemini/gemini.js';
import { didYouMean } from './nearest.js';
import type { OpenAIProviderOptions } from './openai/openai.js';
import { openai } from './openai/openai.js';
import type { Provider } from './provider.js';

export type ProviderName = 'openai' | 'gemini' | 'local_echo';

/** What a provider chosen by name is made of: the options they share, and those of each. */
export interface NamedProviderOptions {
  readonly apiKey?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly defaultModel?: string | undefined;
  readonly openai?: Omit<OpenAIProviderOptions, 'apiKey' | 'baseURL' | 'endpoint' | 'defaultModel'> | undefined;
  readonly gemini?: Omit<GeminiProviderOptions, 'apiKey' | 'baseURL' | 'endpoint' | 'defaultModel'> | undefined;
  readonly localEcho?: LocalEchoOptions | undefined;
}

const factories: Readonly<Record<ProviderName, (options: NamedProviderOptions) => Provider>> = {
  openai: ({ openai: own, ...options }) => openai({ ...own, ...shared(options) }),
  gemini: ({ gemini: own, ...options }) => gemini({ ...own, ...shared(options) }),
  local_echo: ({ localEcho: own, defaultModel }) => localEcho({ defaultModel, ...own }),
};

export const providerNames = Object.keys(factories) as readonly ProviderName[];

/** The provider of that name. Throws an OptionsError that lists the names for any other. Loads no SDK and needs no key yet. */
export function namedProvider(name: string, options: NamedProviderOptions = {}): Provider {
  if (!Object.hasOwn(factories, name)) {
    const known = providerNames.map((candidate) => `"${candidate}"`).join(', ');
    throw new OptionsError(
      `expected "provider" to be one of ${known}, or a provider object, got ${JSON.stringify(name)}${didYouMean(name, providerNames)}`,
    );
  }
  return factories[name as ProviderName](options);
}

function shared({ apiKey, baseURL, endpoint, defaultModel }: NamedProviderOptions): NamedProviderOptions {
  return { apiKey, baseURL, endpoint, defaultModel };
}
