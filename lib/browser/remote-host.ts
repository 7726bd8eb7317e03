import { AsyncSubject, catchError, defer, Subject, takeUntil, throwError, type Observable } from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { Shape } from './answer-shape.js';
import { ConnectionMonitor, type ReportConnection } from './connection.js';
import type { Backoff } from './patience.js';
import { remoteEvents, type RemoteEventsOptions } from './remote-events.js';
import type { RemoteHttp } from './remote-http.js';
import { toldError } from './request-failure.js';

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
        const report = this.report(...monitors);
        return remoteEvents({ ...watch, http: this.http, backoff: this.backoff, report });
      }),
    );
  }

  get<T>(path: string, shape: Shape): Observable<T> {
    return this.told(this.http.json<T>({ method: 'GET', path }, shape));
  }

  /** `shape`: of the answer, where anybody reads it. */
  post<T>(path: string, body: object = {}, shape?: Shape): Observable<T> {
    const headers = { 'content-type': 'application/json' };
    return this.told(this.http.json<T>({ method: 'POST', path, headers, body: [JSON.stringify(body)] }, shape));
  }

  delete(path: string): Observable<unknown> {
    return this.told(this.http.json({ method: 'DELETE', path }));
  }

  /** Tells whoever wants to know how this client's connections stand, and whoever watches these monitors. */
  report(...monitors: readonly ConnectionMonitor[]): ReportConnection {
    const reports = [this.monitor, ...monitors].map((monitor) => monitor.join());
    return (state) => reports.forEach((tell) => tell(state));
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
