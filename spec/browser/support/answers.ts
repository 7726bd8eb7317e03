import { EMPTY, of, type Observable } from 'rxjs';
import type { BatchEvent } from '../../../lib/core/events.js';
import type { RemoteRequest, RemoteResponse, RemoteTransport } from '../../../lib/browser/transport.js';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text$?: Observable<string>;
}

export function answer({ status = 200, headers = {}, text$ = EMPTY }: Answer): RemoteResponse {
  return { status, header: (name) => headers[name] ?? null, text$ };
}

export const json = (value: unknown, status = 200): RemoteResponse =>
  answer({ status, headers: { 'content-type': 'application/json' }, text$: of(JSON.stringify(value)) });

export const problem = (status: number, code: string, detail: string): RemoteResponse =>
  json({ type: 'about:blank', title: '', status, code, detail }, status);

/** An event stream of this text. */
export const stream = (text$: Observable<string>): RemoteResponse =>
  answer({ headers: { 'content-type': 'text/event-stream; charset=utf-8' }, text$ });

export const message = (event: BatchEvent): string => `id: ${String(event.seq)}\ndata: ${JSON.stringify(event)}\n\n`;

export const stopped = (jobId: string, code: string, status = 'paused'): string =>
  `event: stopped\ndata: ${JSON.stringify({ jobId, status, code, message: `is ${status}` })}\n\n`;

/** Answers one request after the other as told, then refuses; remembers what was asked. */
export function scriptedTransport(
  ...answers: readonly Observable<RemoteResponse>[]
): RemoteTransport & { readonly requests: RemoteRequest[] } {
  const requests: RemoteRequest[] = [];
  const transport: RemoteTransport = (request) =>
    answers[requests.push(request) - 1] ?? of(problem(418, 'bad_request', 'no more answers'));
  return Object.assign(transport, { requests });
}
