import type { UnsettledItem } from '../store/shard-store.js';

/** What is known of an item's answer. */
export type AnswerState = 'none' | 'awaited' | 'answered' | 'open';

const [awaited, answered, open] = [1, 2, 3];

/**
 * Which items of one shard an answer is awaited of: a byte each for the stretch of ordinals they lie in. Ahead of the store by
 * what waits to be committed.
 */
export class Awaited {
  readonly #states: Uint8Array;
  #left = 0;

  constructor(
    private readonly first: number,
    last: number,
  ) {
    this.#states = new Uint8Array(Math.max(0, last - first + 1));
  }

  /** As the store has them. */
  load(items: readonly UnsettledItem[]): void {
    for (const { ordinal, answered: forNow } of items) {
      this.#states[ordinal - this.first] = forNow ? open : awaited;
      if (!forNow) this.#left++;
    }
  }

  /** Items without any answer. */
  get left(): number {
    return this.#left;
  }

  /** `none`: not of this shard, or dealt with before; `open`: answered, but not for good. */
  state(ordinal: number): AnswerState {
    switch (this.#states[ordinal - this.first]) {
      case awaited:
        return 'awaited';
      case answered:
        return 'answered';
      case open:
        return 'open';
      default:
        return 'none';
    }
  }

  answer(ordinal: number, final: boolean): void {
    if (this.state(ordinal) === 'awaited') this.#left--;
    this.#states[ordinal - this.first] = final ? answered : open;
  }

  /** Those without any answer, in order, from an ordinal on. */
  page(after: number, limit: number): readonly number[] {
    const found: number[] = [];
    for (let at = Math.max(0, after + 1 - this.first); at < this.#states.length && found.length < limit; at++) {
      if (this.#states[at] === awaited) found.push(at + this.first);
    }
    return found;
  }
}
