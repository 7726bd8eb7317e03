import { filter, ReplaySubject, take, type Observable } from 'rxjs';

/** Whether a run goes on; ends locally and leaves its batches alone; or cancels them. */
export type HaltKind = 'no' | 'stop' | 'cancel';

export class Halt {
  readonly #asked = new ReplaySubject<HaltKind>(1);
  #kind: HaltKind = 'no';

  /** Emits once a stop is asked for, or at once if it was. */
  readonly stop$: Observable<HaltKind> = this.#asked.pipe(
    filter((kind) => kind === 'stop'),
    take(1),
  );
  readonly cancel$: Observable<HaltKind> = this.#asked.pipe(
    filter((kind) => kind === 'cancel'),
    take(1),
  );
  readonly any$: Observable<HaltKind> = this.#asked.pipe(take(1));

  get kind(): HaltKind {
    return this.#kind;
  }

  /** The first request stands. */
  ask(kind: 'stop' | 'cancel'): void {
    if (this.#kind !== 'no') return;
    this.#kind = kind;
    this.#asked.next(kind);
  }
}
