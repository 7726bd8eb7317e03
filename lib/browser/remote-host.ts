import {
  AsyncSubject,
  catchError,
  defer,
  finalize,
  retry,
  Subject,
  takeUntil,
  throwError,
  type Observable,
} from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import { ConnectionMonitor, type ReportConnection } from './connection.js';
import { Patience, type Backoff } from './patience.js';
import { remoteEvents, type RemoteEventsOptions } from './remote-events.js';
import type { RemoteHttp } from './remote-http.js';
import { RequestFailure, toldError } from './request-failure.js';

type Watch = Pick<RemoteEventsOptions, 'path' | 'jobIds' | 'after' | 'acrossPauses'>;

/** What a client's jobs share: the way to the server, how its streams stand, and its end. */
export class RemoteHost {
  readonly monitor = new ConnectionMonitor();
  readonly #closed$ = new Subject<never>();
  #closed = false;

  constructor(
    readonly http: RemoteHttp,
    readonly backoff: Backoff,
  ) {}

  /** Errors everything that is under way. */
  close(): void {
    this.#closed = true;
    this.#closed$.error(new BatchError('closed', 'The client was closed; its jobs go on at the server'));
  }

  events(watch: Watch, ...monitors: readonly ConnectionMonitor[]): Observable<BatchEvent> {
    return this.#untilClosed(
      defer(() => {
        const reports = [this.monitor, ...monitors].map((monitor) => monitor.join());
        const report: ReportConnection = (state) => reports.forEach((tell) => tell(state));
        return remoteEvents({ ...watch, http: this.http, backoff: this.backoff, report });
      }),
    );
  }

  get<T>(path: string): Observable<T> {
    return this.told(this.http.json<T>({ method: 'GET', path }));
  }

  post<T>(path: string, body: object = {}): Observable<T> {
    const headers = { 'content-type': 'application/json' };
    return this.told(this.http.json<T>({ method: 'POST', path, headers, body: [JSON.stringify(body)] }));
  }

  delete(path: string): Observable<unknown> {
    return this.told(this.http.json({ method: 'DELETE', path }));
  }

  /** Tries for as long as the failure may pass: only for what may be done twice. */
  patiently<T>(work$: Observable<T>): Observable<T> {
    return defer(() => {
      const patience = new Patience(this.backoff, this.http.scheduler);
      const report = this.monitor.join();
      report('connecting');
      const retried$ = work$.pipe(
        retry({
          delay: (error: unknown) => {
            if (!(error instanceof RequestFailure && error.passing)) throw error;
            report('waiting');
            return patience.wait(error.waitMs);
          },
        }),
      );
      return retried$.pipe(finalize(() => report('idle')));
    });
  }

  /** Done now, once, whoever listens; who listens later is told how it went. */
  act(work$: Observable<unknown>): Observable<unknown> {
    const done$ = new AsyncSubject<unknown>();
    this.told(work$).subscribe(done$);
    return done$;
  }

  /** A request's failure as the caller sees it. */
  told<T>(work$: Observable<T>): Observable<T> {
    return this.#untilClosed(work$.pipe(catchError((error: unknown) => throwError(() => toldError(error)))));
  }

  #untilClosed<T>(work$: Observable<T>): Observable<T> {
    return defer(() => {
      if (this.#closed) throw new BatchError('client_closed', 'This client was closed; make a new one');
      return work$.pipe(takeUntil(this.#closed$));
    });
  }
}
