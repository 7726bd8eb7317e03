import type { Principal } from './handler-options.js';
import { Problem, type ProblemOptions } from './problem.js';

export interface PlacesOptions {
  readonly perPrincipal: number;
  readonly total?: number;
  readonly full: { readonly code: 'too_many_streams' | 'too_many_uploads'; readonly detail: (most: number) => string };
}

/** Counts what each principal, and all of them, have open. */
export class Places {
  readonly #open = new Map<string, number>();
  #total = 0;

  constructor(private readonly options: PlacesOptions) {}

  /** Takes a place, or throws a 429; the returned function gives it back, however often it is called. */
  enter({ name }: Principal): () => void {
    const { perPrincipal, total = Infinity } = this.options;
    const open = this.#open.get(name) ?? 0;
    if (open >= perPrincipal) throw this.#full(perPrincipal);
    if (this.#total >= total) throw this.#full(total);
    this.#open.set(name, open + 1);
    this.#total++;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#total--;
      const left = (this.#open.get(name) ?? 1) - 1;
      if (left === 0) this.#open.delete(name);
      else this.#open.set(name, left);
    };
  }

  #full(most: number): Problem {
    const { code, detail } = this.options.full;
    const options: ProblemOptions = { headers: { 'retry-after': '5' } };
    return new Problem(429, code, detail(most), options);
  }
}
