import {
  catchError,
  defer,
  from,
  map,
  mergeMap,
  of,
  reduce,
  take,
  throwError,
  timeout,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { mostChars, parseAnswer, tooLong, type Shape } from './answer-shape.js';
import type { RemoteBatchClientOptions } from './remote-options.js';
import { readRetryAfter, refused, unreachable } from './request-failure.js';
import type { RemoteRequest, RemoteResponse, RemoteTransport } from './transport.js';

type Call = Omit<RemoteRequest, 'url' | 'headers'> & {
  /** Below the base, from its slash on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** 10 kB a second. */
const slowestCharsPerMs = 10;

/** Requests to one server: its address, who asks, and what an answer means. Whatever goes wrong is a {@link RequestFailure}. */
export class RemoteHttp {
  readonly #base: string;

  constructor(
    private readonly transport: RemoteTransport,
    private readonly options: Pick<RemoteBatchClientOptions, 'baseURL' | 'token' | 'headers'>,
    /** Longest silence. */
    readonly silenceMs: number,
    readonly scheduler: SchedulerLike,
  ) {
    this.#base = options.baseURL.replace(/\/+$/, '');
  }

  /** The response, if it is a success. A token that is refused is asked for once more. */
  send(call: Call): Observable<RemoteResponse> {
    return this.#attempt(call, false).pipe(
      take(1),
      mergeMap((response) =>
        response.status === 401 && typeof this.options.token === 'function'
          ? this.#attempt(call, true).pipe(take(1))
          : of(response),
      ),
      catchError((error: unknown) => throwError(() => unreachable(error))),
      mergeMap((response) => (response.status < 300 ? of(response) : refusal(response, call.path))),
    );
  }

  /**
   * A whole JSON answer, of this shape where one is given; else undefined where there is none. Errors after too long without
   * a sound.
   */
  json<T>(call: Call, shape?: Shape): Observable<T> {
    return this.audible(this.send(call), this.silenceMs + uploadMs(call)).pipe(
      mergeMap(({ text$ }) => wholeText(this.audible(text$), call.path)),
      map((text) => (text === '' && shape === undefined ? (undefined as T) : parseAnswer<T>(text, call.path, shape))),
    );
  }

  /** Errors when nothing was heard for so long: a connection may be dead without anybody saying so. */
  audible<T>(heard$: Observable<T>, silenceMs = this.silenceMs): Observable<T> {
    const with_ = (): Observable<never> =>
      throwError(() => unreachable(`nothing was heard for ${String(silenceMs)} ms`));
    return heard$.pipe(
      timeout({ each: silenceMs, scheduler: this.scheduler, with: with_ }),
      catchError((error: unknown) => throwError(() => unreachable(error))),
    );
  }

  #attempt({ path, headers, ...request }: Call, again: boolean): Observable<RemoteResponse> {
    return this.#token(again).pipe(
      mergeMap((token) =>
        this.transport({
          ...request,
          url: this.#base + path,
          headers: {
            ...this.options.headers,
            ...headers,
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
        }),
      ),
    );
  }

  #token(again: boolean): Observable<string | undefined> {
    const { token } = this.options;
    if (typeof token !== 'function') return of(token);
    return defer(() => {
      const given = token({ refused: again });
      return typeof given === 'object' ? from(given) : of(given);
    });
  }
}

/** What the slowest connection may take for a body: a server that reads is silent, and `fetch` tells no progress. */
function uploadMs({ body = [] }: Call): number {
  return Math.ceil(charsOf(body) / slowestCharsPerMs);
}

export function charsOf(body: readonly string[]): number {
  return body.reduce((sum, { length }) => sum + length, 0);
}

function wholeText(text$: Observable<string>, path: string): Observable<string> {
  return text$.pipe(
    reduce((whole, text) => {
      if (whole.length + text.length > mostChars) throw tooLong(path, mostChars);
      return whole + text;
    }, ''),
  );
}

function refusal({ status, header, text$ }: RemoteResponse, path: string): Observable<never> {
  return wholeText(text$, path).pipe(
    catchError(() => of('')),
    mergeMap((body) => throwError(() => refused(status, body, readRetryAfter(header('retry-after'))))),
  );
}
