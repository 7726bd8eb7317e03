import type { EventSourceMessage } from 'eventsource-parser';
import { concatMap, EMPTY, of, throwError, type Observable } from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { WireStopped } from '../http/wire.js';
import type { RemoteHttp } from './remote-http.js';
import { checkAnswer, parseAnswer, shapes } from './answer-shape.js';
import { RequestFailure } from './request-failure.js';
import { serverSentEvents } from './server-sent-events.js';

/** What a connection brings: an event, why a job has stopped, or that nothing can come any more. */
export type Message =
  BatchEvent | { readonly type: 'stopped'; readonly stopped: WireStopped } | { readonly type: 'end' };

/** One connection, until it ends. `opened` is called when it stands. */
export function connect(
  http: RemoteHttp,
  path: string,
  after: number | 'now' | undefined,
  opened: () => void,
): Observable<Message> {
  // Not the header `Last-Event-ID`, which would cost every reconnect to another origin a preflight.
  const query = after === undefined ? '' : `${path.includes('?') ? '&' : '?'}after=${String(after)}`;
  const call = { method: 'GET', path: path + query, headers: { accept: 'text/event-stream' } } as const;
  return http.audible(http.send(call)).pipe(
    concatMap(({ status, header, text$ }) => {
      if (status === 204) return of<Message>({ type: 'end' });
      const type = header('content-type') ?? 'nothing';
      if (!type.startsWith('text/event-stream')) return throwError(() => notAStream(type));
      opened();
      // Comments count as sound, too.
      return http.audible(text$).pipe(
        serverSentEvents(path),
        concatMap((message) => toMessage(message, path)),
      );
    }),
  );
}

function toMessage({ event, data }: EventSourceMessage, path: string): Observable<Message> {
  if (event === undefined) return of(toEvent(data, path));
  if (event === 'stopped')
    return of({ type: 'stopped', stopped: parseAnswer<WireStopped>(data, path, shapes.stopped) });
  return EMPTY; // of a newer server
}

function toEvent(data: string, path: string): BatchEvent {
  const event = parseAnswer<BatchEvent>(data, path, shapes.event);
  checkAnswer(event, path, event.type === 'item' ? shapes.itemEvent : shapes.progressEvent);
  return event;
}

/** A proxy's page for signing in, say. */
function notAStream(type: string): RequestFailure {
  const message = `Expected an event stream, got ${type}: is "baseURL" that of the handler?`;
  return new RequestFailure(new BatchError('refused', message), false);
}
