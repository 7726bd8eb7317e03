import type { Principal } from './handler-options.js';
import { Problem } from './problem.js';

/** Counts the open streams of each principal. */
export class StreamLimit {
  readonly #open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Takes a place, or throws a 429; the returned function gives it back, however often it is called. */
  enter({ name }: Principal): () => void {
    const open = this.#open.get(name) ?? 0;
    if (open >= this.most) {
      throw new Problem(
        429,
        'too_many_streams',
        `At most ${String(this.most)} streams may be open at a time; follow several jobs in one: GET /events?job=a&job=b`,
        { headers: { 'retry-after': '5' } },
      );
    }
    this.#open.set(name, open + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = (this.#open.get(name) ?? 1) - 1;
      if (left === 0) this.#open.delete(name);
      else this.#open.set(name, left);
    };
  }
}
