import { defer } from 'rxjs';
import type { ResolvedItem } from '../../core/item.js';
import type { Fetch } from '../../transport/thin-fetch.js';
import { quotaScopeOf } from '../fingerprint.js';
import type { NativeCaps } from '../native.js';
import type { Provider, ProviderResponse, RequestContext } from '../provider.js';
import { classifyGemini } from './classify.js';
import type { GeminiClientLike } from './client.js';
import { geminiConnection } from './connection.js';
import { embedRequest } from './embed-request.js';
import type { GeminiEndpointName } from './endpoints.js';
import { geminiEndpoint } from './endpoints.js';
import { estimateGeminiTokens } from './estimate-tokens.js';
import { explainGeminiError } from './explain-error.js';
import { generateRequest } from './generate-request.js';
import { geminiNative } from './native/gemini-native.js';
import { readContent } from './read-content.js';
import { readEmbeddings } from './read-embeddings.js';
import { rejectGeminiItem } from './reject-item.js';
import { sendEmbed, sendGenerate } from './send.js';
import { checkURL } from './settings.js';

export interface GeminiProviderOptions {
  /** Default `GEMINI_API_KEY`, else `GOOGLE_API_KEY`. Not needed with a `client`, nor where `baseURL` is not Google's. */
  readonly apiKey?: string | undefined;
  /** Default `GOOGLE_GEMINI_BASE_URL`, else `https://generativelanguage.googleapis.com`. Without the version. */
  readonly baseURL?: string | undefined;
  /** `generateContent` (default) or `embedContent`. */
  readonly endpoint?: GeminiEndpointName | (string & Record<never, never>) | undefined;
  /** Default `v1beta`, whichever the SDK's own default is (3.x: `v1`): the documentation is written for it. */
  readonly apiVersion?: string | undefined;
  /** Sent where neither body nor item nor job names a model. */
  readonly defaultModel?: string | undefined;
  /** A ready `GoogleGenAI` client; its own fetch, key, URL and version are used. */
  readonly client?: GeminiClientLike | undefined;
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
   * Limits on native batches, where the project's differ. Default: 50,000 requests and 1,999 MB in a batch, 100 batches at a
   * time; enqueued tokens depend on model and tier (Gemini batch guide, rate-limits page).
   */
  readonly nativeCaps?: Partial<NativeCaps> | undefined;
  /** The SDK's module, for specs that run on several majors. @internal */
  readonly sdk?: unknown;
}

/**
 * Requests to the Gemini Developer API through the official SDK (`@google/genai` 2 or 3, an optional peer that is loaded at
 * first use). Output is the text of the answer, or the vector(s) of an embedding. Throws an OptionsError for an endpoint it
 * does not know or a `baseURL` that is none; what else is missing is told by `prepare()`.
 */
export function gemini(options: GeminiProviderOptions = {}): Provider {
  const endpoint = geminiEndpoint(options.endpoint);
  if (options.baseURL !== undefined) checkURL(options.baseURL);
  const { defaultModel } = options;
  const connection = geminiConnection(options);

  const secrets = (): readonly string[] => [connection.settings().apiKey ?? ''];

  async function ask(item: ResolvedItem, context: RequestContext): Promise<ProviderResponse> {
    const client = connection.client();
    if (endpoint === 'embedContent') {
      const request = embedRequest(item, defaultModel);
      return readEmbeddings(await sendEmbed(client, request, context.signal), request);
    }
    return readContent(await sendGenerate(client, generateRequest(item, defaultModel), context.signal));
  }

  return {
    name: 'gemini',
    endpoint,
    ...(defaultModel === undefined ? {} : { defaultModel }),
    get quotaScope() {
      const { baseURL, apiKey } = connection.settings();
      return quotaScopeOf('gemini', baseURL, apiKey ?? '');
    },
    prepare: () => void connection.client(),
    request: (item, context) =>
      defer(() =>
        ask(item, context).catch((error: unknown) => {
          throw explainGeminiError(error, item, secrets());
        }),
      ),
    classify: (error) => classifyGemini(error, secrets()),
    estimateTokens: estimateGeminiTokens,
    countTokens: ({ inputTokens }) => inputTokens,
    reject: (item) => rejectGeminiItem(item, endpoint, defaultModel),
    native: geminiNative(options, connection, endpoint),
    close: () => connection.close(),
  };
}
