import type { Fetch } from '../../transport/thin-fetch.js';

/** An answer with an error status, in the form of the SDK's `ApiError` (status, and the JSON body as message) with its headers. */
export class GeminiHttpError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Headers,
  ) {
    super(message);
  }
}

/** The same fetch, throwing on an error status: the SDK's `ApiError` has no headers, so a `retry-after` would be lost. */
export function withHttpErrors(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.ok) return response;
    // The status says enough where its body breaks off.
    const text = await response.text().catch(() => '');
    throw new GeminiHttpError(response.status, text === '' ? `HTTP status ${response.status}` : text, response.headers);
  };
}
