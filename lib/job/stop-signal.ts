import { Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { StopRequest } from '../run/stop.js';

/** Why a run ends before its work does, and the word that it should. The first reason stands. */
export class StopSignal {
  readonly #stopped = new Subject<void>();
  readonly #aborted = new Subject<void>();
  #request: StopRequest | undefined;

  /** Nothing new is sent; answers in flight may arrive. */
  readonly stopped$: Observable<void> = this.#stopped.asObservable();
  /** The answers in flight are given up too. */
  readonly aborted$: Observable<void> = this.#aborted.asObservable();

  constructor(private readonly scheduler: SchedulerLike) {}

  get request(): StopRequest | undefined {
    return this.#request;
  }

  /** Remembers the reason, where there is none yet. */
  note(request: StopRequest): void {
    this.#request ??= request;
  }

  /** The store failed: whatever was asked for, this is why the run ends. */
  override(request: StopRequest): void {
    this.#request = request;
  }

  /** On a turn of its own: the caller may stand in the middle of an emission that must go on. */
  stop(then: () => void): void {
    this.scheduler.schedule(() => {
      this.#stopped.next();
      then();
    }, 0);
  }

  /** On a turn of its own, as {@link stop}. */
  abort(): void {
    this.scheduler.schedule(() => this.abortNow(), 0);
  }

  abortNow(): void {
    this.#aborted.next();
  }
}
