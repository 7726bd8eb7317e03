/** The highest ordinal up to which every claimed item is finished: where a restart begins to look. */
export class LowWaterMark {
  readonly #open = new Set<number>();
  #claimed: number[] = [];
  #head = 0;
  #highest: number;

  constructor(from: number) {
    this.#highest = from;
  }

  /** Ordinals come in rising order; those passed over were finished before. */
  claim(ordinal: number): void {
    this.#open.add(ordinal);
    this.#claimed.push(ordinal);
    this.#highest = ordinal;
  }

  finish(ordinal: number): void {
    this.#open.delete(ordinal);
    while (this.#head < this.#claimed.length && !this.#open.has(this.#claimed[this.#head] ?? 0)) this.#head++;
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
