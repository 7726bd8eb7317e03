const size = 512;
const least = 20;

/** How long the answers of a run took, the last 512 of them. */
export class Latencies {
  readonly #ring = new Float64Array(size);
  #count = 0;
  /** Found at so many answers, and good for a few more. */
  #found: { readonly at: number; readonly ms: number } | undefined;

  note(ms: number): void {
    this.#ring[this.#count % size] = ms;
    this.#count++;
  }

  /** The 95th percentile in milliseconds, or undefined before 20 answers. */
  get p95(): number | undefined {
    if (this.#count < least) return undefined;
    if (this.#found === undefined || this.#count - this.#found.at >= 16) {
      const sorted = this.#ring.slice(0, Math.min(size, this.#count)).sort();
      this.#found = { at: this.#count, ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0 };
    }
    return this.#found.ms;
  }
}
