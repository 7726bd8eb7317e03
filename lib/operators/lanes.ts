import type { Observer, Unsubscribable } from 'rxjs';

/** Where the work on one value reports. What it says after its end counts for nothing. */
export class Lane<R> implements Observer<R> {
  /** Where it stands among the lanes in use; -1 for nowhere. */
  place = -1;
  #work: Unsubscribable | undefined;

  constructor(private readonly lanes: Lanes<R>) {}

  get closed(): boolean {
    return this.place === -1;
  }

  /** What ends the work early, in place of what was held before. */
  hold(work: Unsubscribable): void {
    // Its first value was the last one wanted, or there was none at all.
    if (this.closed) work.unsubscribe();
    else this.#work = work;
  }

  next(value: R): void {
    if (!this.closed) this.lanes.to.next(value);
  }

  error(error: unknown): void {
    if (!this.closed) this.lanes.to.error(error);
  }

  complete(): void {
    if (!this.closed) this.lanes.leave(this);
  }

  end(): void {
    this.place = -1;
    this.#work?.unsubscribe();
  }
}

/**
 * What is at work, in no order. An array, because a busy `Set` makes garbage collection dear: each table it outgrows points to
 * the next, so once one is old, everything that was ever in the set lives until the next full collection.
 */
export class Lanes<R> implements Unsubscribable {
  readonly #inUse: Lane<R>[] = [];

  constructor(
    readonly to: Observer<R>,
    private readonly onFree: () => void,
  ) {}

  get size(): number {
    return this.#inUse.length;
  }

  open(): Lane<R> {
    const lane = new Lane(this);
    lane.place = this.#inUse.push(lane) - 1;
    return lane;
  }

  leave(lane: Lane<R>): void {
    const last = this.#inUse.pop();
    if (last !== undefined && last !== lane) {
      this.#inUse[lane.place] = last;
      last.place = lane.place;
    }
    lane.place = -1;
    this.onFree();
  }

  unsubscribe(): void {
    for (const lane of this.#inUse.splice(0)) lane.end();
  }
}
