import type { Fetch } from '../../transport/thin-fetch.js';
import { bufferSource } from '../../transport/body-source.js';
import { thinResponse } from '../../transport/thin-response.js';
import { isRecord } from '../is-record.js';

/**
 * The same fetch with error bodies in OpenAI's form, `{ error: { message, ... } }`: openai 6 reads only that and drops what
 * compatible servers say in another (`400 status code (no body)`).
 */
export function withErrorEnvelope(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.ok) return response;
    // The status says enough where its body breaks off.
    const text = await response.text().catch(() => '');
    const { url, status, headers } = response;
    return thinResponse({ url, status, headers, source: bufferSource(Buffer.from(errorEnvelope(text))) });
  };
}

/** An error body as OpenAI would have sent it; text that is not JSON stays as it is. */
export function errorEnvelope(text: string): string {
  try {
    const error = findError(JSON.parse(text));
    return error === undefined ? text : JSON.stringify({ error });
  } catch {
    // No JSON, or nested beyond what can be written again.
    return text;
  }
}

/** Forms seen: `{ error }`, `[{ error }]`, `{ error: "text" }`, `{ detail }`, `{ object: 'error', message }`, `{ message }`. */
function findError(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (Array.isArray(body)) return findError(body[0]);
  if (typeof body === 'string') return { message: body };
  if (!isRecord(body)) return undefined;
  const { error, detail, message } = body;
  if (isRecord(error))
    return typeof error['message'] === 'string' ? error : { ...error, message: JSON.stringify(error) };
  if (typeof error === 'string') return { message: typeof message === 'string' ? message : error };
  if (typeof detail === 'string') return { ...body, message: detail };
  if (detail !== undefined) return { message: JSON.stringify(detail) };
  return typeof message === 'string' ? body : { message: JSON.stringify(body) };
}
