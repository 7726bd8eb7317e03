import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';

/**
 * Of the streams of events in use: `connecting`, `open`, or `waiting` until the next try after one broke. `idle` where
 * nobody watches, or all there was to tell is told. While a new job's items go to the server: `connecting`, or `waiting`.
 */
export type ConnectionState = 'idle' | 'connecting' | 'open' | 'waiting';

/** What is worth knowing first comes last. */
const order: readonly ConnectionState[] = ['idle', 'open', 'connecting', 'waiting'];

/** One stream's way to say how it stands. */
export type ReportConnection = (state: ConnectionState) => void;

/** How the streams of a job or of a client stand, as one state: that of the one that is worst off. */
export class ConnectionMonitor {
  readonly #streams = new Map<symbol, ConnectionState>();
  readonly #state = new BehaviorSubject<ConnectionState>('idle');
  readonly state$: Observable<ConnectionState> = this.#state.pipe(distinctUntilChanged());

  /** For one more stream; `idle` ends its part. */
  join(): ReportConnection {
    const key = Symbol('stream');
    return (state) => {
      if (state === 'idle') this.#streams.delete(key);
      else this.#streams.set(key, state);
      const worst = Math.max(0, ...[...this.#streams.values()].map((each) => order.indexOf(each)));
      this.#state.next(order[worst] ?? 'idle');
    };
  }
}
