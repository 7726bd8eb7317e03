import { BatchError } from '../../../core/errors.js';
import { isRecord } from '../../is-record.js';
import type { OpenAIClientLike } from '../client.js';

interface CallOptions {
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds until headers. */
  readonly timeout?: number;
}

interface ApiPromise extends PromiseLike<unknown> {
  asResponse(): Promise<Response>;
}

type Method = (path: string, options: CallOptions & { readonly maxRetries: 0; readonly timeout: number }) => ApiPromise;

/** The SDK's own way to call any path (`client.get`, `client.post`, `client.delete`), the same in majors 6 and 7. */
export interface OpenAIPlumbing {
  get(path: string, options: CallOptions): ApiPromise;
  post(path: string, options: CallOptions): ApiPromise;
  delete(path: string, options: CallOptions): ApiPromise;
}

/** Longer than any answer takes that is still worth waiting for; uploads and downloads bring their own. */
const usualTimeout = 10 * 60_000;
export const noTimeout = 2 ** 31 - 1;

/**
 * URL, key, headers and errors are the SDK's; retries are off, for its own would create a batch that is paid for up to three
 * times. Its `files.create` would hold the whole file in memory.
 */
export function plumbingOf(client: OpenAIClientLike): OpenAIPlumbing {
  const methods = client as unknown as Record<'get' | 'post' | 'delete', Method | undefined>;
  const through = (name: 'get' | 'post' | 'delete') => {
    return (path: string, options: CallOptions): ApiPromise => {
      const method = methods[name]?.bind(client);
      if (method === undefined) {
        throw new BatchError(
          'invalid_options',
          'openai: the client given has no get, post and delete, as batches need',
        );
      }
      return method(urlOf(client, path), { timeout: usualTimeout, ...options, maxRetries: 0 });
    };
  };
  return { get: through('get'), post: through('post'), delete: through('delete') };
}

/** A body that should be a JSON object, whatever content type it came with. */
export function asRecord(data: unknown): Readonly<Record<string, unknown>> | undefined {
  const value = typeof data === 'string' ? parse(data) : data;
  return isRecord(value) ? value : undefined;
}

/**
 * `AzureOpenAI` puts its deployment into the path of `/batches`, where no batch API is; it leaves absolute URLs alone.
 */
function urlOf(client: OpenAIClientLike, path: string): string {
  const { baseURL } = client;
  if (!('deploymentName' in client) || baseURL === undefined) return path;
  return `${baseURL.replace(/\/deployments\/[^/]+/, '').replace(/\/+$/, '')}${path}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
