import { EMPTY, Observable } from 'rxjs';
import type { RemoteResponse, RemoteTransport } from './transport.js';

export interface FetchTransportOptions {
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: typeof fetch | undefined;
  readonly credentials?: 'include' | 'omit' | 'same-origin' | undefined;
}

/** The one place that calls `fetch` and owns an AbortController. */
export function fetchTransport({ fetch, credentials }: FetchTransportOptions): RemoteTransport {
  return ({ url, method, headers, body }) =>
    new Observable<RemoteResponse>((subscriber) => {
      const controller = new AbortController();
      let answered = false;
      subscriber.add(() => {
        // Once answered, the connection belongs to whoever reads the body.
        if (!answered) controller.abort();
      });
      const send = fetch ?? globalThis.fetch;
      send(url, {
        method,
        headers,
        signal: controller.signal,
        ...(credentials !== undefined && { credentials }),
        // A large body: browsers keep it outside of the page's memory.
        ...(body !== undefined && { body: body.length === 1 ? body[0] : new Blob([...body]) }),
      }).then(
        (response) => {
          if (subscriber.closed) return;
          answered = true;
          subscriber.next({
            status: response.status,
            header: (name) => response.headers.get(name),
            text$: textOf(response, controller),
          });
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
    });
}

function textOf({ body }: Response, controller: AbortController): Observable<string> {
  if (body === null) return EMPTY;
  return new Observable<string>((subscriber) => {
    const reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const decoder = new TextDecoder();
    subscriber.add(() => controller.abort());
    const pump = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read();
        // A character may lie across two chunks.
        const text = decoder.decode(value, { stream: !done });
        if (text !== '') subscriber.next(text);
        if (subscriber.closed) return;
        if (done) return subscriber.complete();
      }
    };
    pump().catch((error: unknown) => subscriber.error(error));
  });
}
