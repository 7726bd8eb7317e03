import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  finalize,
  from,
  repeat,
  retry,
  takeWhile,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { WireStopped } from '../http/wire.js';
import type { ReportConnection } from './connection.js';
import { connect, type Message } from './event-connection.js';
import { EventPlace } from './event-place.js';
import { Patience, type Backoff } from './patience.js';
import type { RemoteHttp } from './remote-http.js';
import { RequestFailure, toldError } from './request-failure.js';

export interface RemoteEventsOptions {
  readonly http: RemoteHttp;
  /** With its query, if it has one. */
  readonly path: string;
  readonly jobIds: readonly string[];
  readonly after: number | 'now' | undefined;
  /** Go on when a job stops, instead of ending with why. */
  readonly acrossPauses: boolean;
  readonly backoff: Backoff;
  /** For whoever wants to know how the connection stands. */
  readonly report: ReportConnection;
}

/**
 * Events of one job or several over as many connections as it takes, without gap or repeat. Ends after the last job's
 * `complete`, or with the BatchError of a refusal (4xx). What may pass is waited for, as long as it takes.
 */
export function remoteEvents(options: RemoteEventsOptions): Observable<BatchEvent> {
  const { http, path, jobIds, acrossPauses, backoff, report } = options;
  return defer(() => {
    const place = new EventPlace(options.after, jobIds);
    const open = new Set(jobIds);
    const patience = new Patience(backoff, http.scheduler);

    const again = (error: unknown): Observable<unknown> => {
      const askedMs = waitOf(error);
      report('waiting');
      return patience.wait(askedMs);
    };
    const messages$ = defer(() => {
      report('connecting');
      return connect(http, path, place.connect(), () => report('open'));
    }).pipe(
      tap(() => patience.restore()),
      // A connection may end without being broken: there is no more to tell, or a proxy has had enough. The next one says.
      repeat({
        delay: () => {
          report('connecting');
          return patience.wait(undefined);
        },
      }),
      retry({ delay: again }),
    );
    const read = (message: Message): Observable<BatchEvent> => {
      if (message.type === 'end') return EMPTY;
      if (message.type === 'stopped') {
        const { jobId, status } = message.stopped;
        if (status === 'job_not_found') open.delete(jobId);
        const goesOn = status === 'job_not_found' ? open.size > 0 : acrossPauses;
        if (!goesOn) return throwError(() => stoppedError(message.stopped));
        return from(status === 'job_not_found' ? place.gone(jobId) : []);
      }
      if (message.type === 'complete') open.delete(message.jobId);
      return from(place.take(message));
    };
    return messages$.pipe(
      takeWhile(({ type }) => type !== 'end'),
      concatMap(read),
      takeWhile(({ type }) => type !== 'complete' || open.size > 0, true),
      catchError((error: unknown) => throwError(() => toldError(error))),
      finalize(() => report('idle')),
    );
  });
}

/** Milliseconds the server asked to wait, if any; throws what no waiting helps. */
function waitOf(error: unknown): number | undefined {
  if (error instanceof RequestFailure && error.passing) return error.waitMs;
  throw error;
}

function stoppedError({ code, message, jobId, until }: WireStopped): BatchError {
  return new BatchError(code, message, { jobId, until });
}
