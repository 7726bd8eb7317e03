import { defer } from 'rxjs';
import type { ResolvedItem } from '../../core/item.js';
import type { Fetch } from '../../transport/thin-fetch.js';
import { quotaScopeOf } from '../fingerprint.js';
import { readLimits } from '../headers.js';
import type { NativeCaps } from '../native.js';
import type { Provider, ProviderResponse, RequestContext } from '../provider.js';
import { classifyOpenAI } from './classify.js';
import type { OpenAIClientLike } from './client.js';
import { openaiConnection } from './connection.js';
import type { OpenAIEndpointName } from './endpoints.js';
import { openaiEndpoint } from './endpoints.js';
import { estimateOpenAITokens } from './estimate-tokens.js';
import { openaiNative } from './native/openai-native.js';
import { readOpenAIAnswer } from './read-answer.js';
import { rejectOpenAIItem } from './reject-item.js';
import type { BodyDefaults } from './request-body.js';
import { openaiBody } from './request-body.js';
import { sendToOpenAI } from './send.js';
import type { AzureSettings } from './settings.js';
import { checkURL } from './settings.js';

export interface OpenAIProviderOptions {
  /** Default `OPENAI_API_KEY`. Not needed with a `client`, nor where `baseURL` is not OpenAI's. */
  readonly apiKey?: string | undefined;
  /** For compatible servers. Default `OPENAI_BASE_URL`, else `https://api.openai.com/v1`. */
  readonly baseURL?: string | undefined;
  /** `/v1/chat/completions` or `chat` (default), `/v1/responses` or `responses`, `/v1/embeddings` or `embeddings`. */
  readonly endpoint?: OpenAIEndpointName | (string & Record<never, never>) | undefined;
  /** Default `OPENAI_ORG_ID`. */
  readonly organization?: string | undefined;
  /** Default `OPENAI_PROJECT_ID`. */
  readonly project?: string | undefined;
  /** Sent where neither body nor item nor job names a model. */
  readonly defaultModel?: string | undefined;
  readonly defaultHeaders?: Readonly<Record<string, string>> | undefined;
  readonly defaultQuery?: Readonly<Record<string, string>> | undefined;
  /** An Azure OpenAI resource instead of OpenAI. */
  readonly azure?: AzureSettings | undefined;
  /** A ready `OpenAI` or `AzureOpenAI` client; its own fetch, key and URL are used. */
  readonly client?: OpenAIClientLike | undefined;
  /** Instead of the library's own, which has connections of its own and sees no mock of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Most connections to the server. Default: no limit. */
  readonly connections?: number | undefined;
  /**
   * Longest answer in bytes; a longer one is broken off, and tried again (`invalid_response`). Result files of native batches are
   * streamed, however long they are. Not of a `client` or `fetch` of your own. Default 134,217,728 (128 MiB).
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Limits on native batches, where the account's or the server's differ. Default: 50,000 requests (Azure 100,000), 199 MB and
   * 50,000 embedding inputs in a batch, 2,000 creations an hour; enqueued tokens are not known beforehand (OpenAI batch guide).
   */
  readonly nativeCaps?: Partial<NativeCaps> | undefined;
  /**
   * Seconds after which the input file of a native batch expires by itself, 3,600 to 2,592,000. Default: 30 days on OpenAI and
   * Azure; not sent to other servers.
   */
  readonly inputFileExpirySeconds?: number | undefined;
  /** The same of its output and error file, from their creation. */
  readonly resultFileExpirySeconds?: number | undefined;
  /** The SDK's module, for specs that run on several majors. @internal */
  readonly sdk?: unknown;
}

/**
 * Requests to OpenAI, to a compatible server, or to Azure, through the official SDK (`openai` 6 or 7, an optional peer that is
 * loaded at first use). Output is the text of the answer, or the vector(s) of an embedding. Throws an OptionsError for an
 * endpoint it does not know or a `baseURL` that is none; what else is missing is told by `prepare()`.
 */
export function openai(options: OpenAIProviderOptions = {}): Provider {
  const endpoint = openaiEndpoint(options.endpoint);
  if (options.baseURL !== undefined) checkURL('baseURL', options.baseURL);
  if (options.azure !== undefined) checkURL('azure.endpoint', options.azure.endpoint);
  const defaultModel = options.defaultModel ?? options.azure?.deployment;
  const connection = openaiConnection(options);
  const defaults = (): BodyDefaults => {
    return { endpoint, model: defaultModel, floatEmbeddings: connection.settings().foreign };
  };

  async function ask(item: ResolvedItem, context: RequestContext): Promise<ProviderResponse> {
    const body = openaiBody(item, defaults());
    const { data, headers } = await sendToOpenAI(connection.client(), endpoint, body, context);
    const limits = readLimits(headers);
    const answer = readOpenAIAnswer(endpoint, data, body);
    return limits === undefined ? answer : { ...answer, limits };
  }

  return {
    name: 'openai',
    endpoint,
    ...(defaultModel === undefined ? {} : { defaultModel }),
    get quotaScope() {
      const { baseURL, apiKey } = connection.settings();
      return quotaScopeOf('openai', baseURL, apiKey ?? '');
    },
    prepare: () => void connection.client(),
    request: (item, context) => defer(() => ask(item, context)),
    classify: (error) => classifyOpenAI(error, [connection.settings().apiKey ?? '']),
    estimateTokens: estimateOpenAITokens,
    reject: (item) => rejectOpenAIItem(item, defaults()),
    native: openaiNative(options, connection, defaults),
    close: () => connection.close(),
  };
}
