/** The highest ordinal up to which every claimed item is finished: where a restart begins to look. */
export class LowWaterMark {
  #claimed: number[] = [];
  #head = 0;
  /** Finished before some claimed earlier: mostly a few, where a set of all that are open would never be at rest. */
  readonly #early = new Set<number>();
  #highest: number;

  constructor(from: number) {
    this.#highest = from;
  }

  /** Ordinals come in rising order; those passed over were finished before. */
  claim(ordinal: number): void {
    this.#claimed.push(ordinal);
    this.#highest = ordinal;
  }

  finish(ordinal: number): void {
    const first = this.#claimed[this.#head];
    if (ordinal !== first) {
      if (first !== undefined && ordinal > first) this.#early.add(ordinal);
      return;
    }
    do this.#head++;
    while (this.#early.size > 0 && this.#early.delete(this.#claimed[this.#head] ?? 0));
    if (this.#head > 1024 && this.#head * 2 > this.#claimed.length) {
      this.#claimed = this.#claimed.slice(this.#head);
      this.#head = 0;
    }
  }

  get value(): number {
    const first = this.#claimed[this.#head];
    return first === undefined ? this.#highest : first - 1;
  }

  get highest(): number {
    return this.#highest;
  }
}
