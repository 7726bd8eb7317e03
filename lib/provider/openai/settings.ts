import { BatchError, OptionsError } from '../../core/errors.js';
import type { OpenAIProviderOptions } from './openai.js';

/** An Azure resource, as its client wants it. */
export interface AzureSettings {
  /** `https://<resource>.openai.azure.com` */
  readonly endpoint: string;
  /** Such as `2024-10-21`. */
  readonly apiVersion: string;
  /** Default: the item's model names the deployment. */
  readonly deployment?: string | undefined;
  /** Default: `apiKey`, else `AZURE_OPENAI_API_KEY`. */
  readonly apiKey?: string | undefined;
}

/** Options with the environment applied. */
export interface OpenAISettings {
  readonly apiKey: string | undefined;
  readonly baseURL: string;
  /** The server is not OpenAI's or Azure's own, so what only those are known to do is not asked of it. */
  readonly foreign: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const openaiURL = 'https://api.openai.com/v1';

/** Options win over `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `AZURE_OPENAI_API_KEY`; a ready client wins over both. */
export function openaiSettings(options: OpenAIProviderOptions, env: Environment): OpenAISettings {
  const { azure, client } = options;
  const baseURL = client?.baseURL ?? azure?.endpoint ?? options.baseURL ?? (env['OPENAI_BASE_URL'] || openaiURL);
  checkURL(azure === undefined ? 'baseURL' : 'azure.endpoint', baseURL);
  const candidates = [client?.apiKey, azure?.apiKey, options.apiKey, env[keyName(options)]];
  // Files that keys are read from end with a line break, which no header may hold.
  const apiKey = candidates
    .map((candidate) => candidate?.trim())
    .find((candidate) => candidate !== undefined && candidate !== '');
  return { apiKey, baseURL, foreign: (client !== undefined && client.baseURL === undefined) || !isOwnHost(baseURL) };
}

/**
 * The key to send. Throws BatchError `missing_api_key` where one is needed, on OpenAI and Azure; compatible servers often
 * want none, but the SDK does.
 */
export function requireKey(options: OpenAIProviderOptions, { apiKey, foreign }: OpenAISettings): string {
  if (apiKey !== undefined) return apiKey;
  if (foreign && options.azure === undefined) return 'none';
  const name = keyName(options);
  throw new BatchError(
    'missing_api_key',
    `The provider "openai" needs an API key: set ${name}, or pass the option "apiKey"`,
  );
}

/** Throws an OptionsError unless it is an absolute http or https URL. */
export function checkURL(field: string, value: string): void {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return;
  throw new OptionsError(
    `openai: expected "${field}" to be a URL such as "${openaiURL}", got ${JSON.stringify(value)}`,
  );
}

function keyName({ azure }: OpenAIProviderOptions): string {
  return azure === undefined ? 'OPENAI_API_KEY' : 'AZURE_OPENAI_API_KEY';
}

function isOwnHost(baseURL: string): boolean {
  const host = new URL(baseURL).hostname;
  return /(^|\.)api\.openai\.com$|\.(openai|cognitiveservices|services\.ai)\.azure\.com$/.test(host);
}
