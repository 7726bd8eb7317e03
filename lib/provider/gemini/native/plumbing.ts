import { BatchError } from '../../../core/errors.js';
import type { GeminiClientLike } from '../client.js';

interface Call {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The SDK's response: plain headers, the original response below. */
interface SdkResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly responseInternal: Response;
  json(): Promise<unknown>;
}

interface HttpOptions {
  readonly apiVersion: string;
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface SdkRequest {
  readonly path: string;
  readonly httpMethod: 'GET' | 'POST' | 'DELETE';
  readonly queryParams?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly abortSignal: AbortSignal;
  readonly httpOptions: HttpOptions;
}

interface SdkPlumbing {
  request(call: SdkRequest): Promise<SdkResponse>;
}

/** The REST API over the SDK's own requests (`apiClient.request`), the same in majors 2 and 3. */
export interface GeminiRest {
  get(call: Call): Promise<SdkResponse>;
  post(call: Call): Promise<SdkResponse>;
  delete(call: Call): Promise<SdkResponse>;
  /** To a whole URL, as an upload is given one. */
  postTo(url: string, call: Omit<Call, 'path'>): Promise<SdkResponse>;
}

/**
 * URL, key, headers and errors are the SDK's. Its own `batches` and `files` are passed by: `batches.get` drops counts and
 * errors, `files.upload` cannot be aborted and (in 2.x) breaks with `httpOptions`, and a cut during `files.download` ends the
 * process. The version is pinned: 3.x would go to `v1`.
 */
export function geminiRest(client: GeminiClientLike, apiVersion: string): GeminiRest {
  const { apiClient } = client as { readonly apiClient?: Partial<SdkPlumbing> };
  const through = (
    httpMethod: SdkRequest['httpMethod'],
    { path, query, body, headers, signal }: Call,
    httpOptions: HttpOptions,
  ): Promise<SdkResponse> => {
    if (typeof apiClient?.request !== 'function') {
      const message = 'gemini: the client given is not a GoogleGenAI of @google/genai, as batches need';
      throw new BatchError('invalid_options', message);
    }
    return apiClient.request({
      ...{ path, httpMethod, abortSignal: signal },
      ...(query === undefined ? {} : { queryParams: query }),
      ...(body === undefined ? {} : { body }),
      httpOptions: { ...httpOptions, ...(headers === undefined ? {} : { headers }) },
    });
  };
  return {
    get: (call) => through('GET', call, { apiVersion }),
    post: (call) => through('POST', call, { apiVersion: call.path.startsWith('upload/') ? '' : apiVersion }),
    delete: (call) => through('DELETE', call, { apiVersion }),
    postTo: (baseUrl, call) => through('POST', { ...call, path: '' }, { apiVersion: '', baseUrl }),
  };
}
