/** Growth of a learned limit with each batch that ended since it was learned. */
const growth = 1.1;
const enoughDoubts = 3;

/**
 * Prompt tokens enqueued for one model. The limit is the caller's or the provider's where known; refusals teach a lower one,
 * which creeps up again.
 */
export class EnqueuedAccount {
  readonly #reserved = new Map<string, number>();
  #sum = 0;
  #learned: number | null = null;
  readonly #doubts = new Map<string, number>();

  constructor(private stated: number | null) {}

  state(limit: number | null): void {
    this.stated = limit;
  }

  /** What may be enqueued, or null where nothing is known. */
  get limit(): number | null {
    if (this.#learned === null) return this.stated;
    return this.stated === null ? this.#learned : Math.min(this.stated, this.#learned);
  }

  get reserved(): number {
    return this.#sum;
  }

  /** A lone batch may always try: the limit is an estimate, and the provider's answer the truth. */
  fits(tokens: number): boolean {
    const { limit } = this;
    return limit === null || this.#sum === 0 || this.#sum + tokens <= limit;
  }

  reserve(key: string, tokens: number): void {
    this.release(key);
    this.#reserved.set(key, tokens);
    this.#sum += tokens;
  }

  release(key: string): void {
    this.#sum -= this.#reserved.get(key) ?? 0;
    this.#reserved.delete(key);
  }

  /** A batch ended: there is room, and perhaps more than was thought. */
  drained(key: string): void {
    if (!this.#reserved.has(key)) return;
    this.release(key);
    this.#doubts.delete(key);
    if (this.#learned !== null) this.#learned = Math.ceil(this.#learned * growth);
  }

  /**
   * Too much was enqueued, as the provider said (`certain`), or perhaps something else: then it takes three refusals of a lone
   * batch to believe it. Says whether this batch is too large even alone.
   */
  refused(key: string, tokens: number, certain: boolean): { readonly tooLarge: boolean } {
    this.release(key);
    const others = this.#sum;
    const doubts = (this.#doubts.get(key) ?? 0) + 1;
    const believed = certain || (others === 0 && doubts >= enoughDoubts);
    this.#doubts.set(key, believed ? 0 : doubts);
    if (!believed) return { tooLarge: false };
    const accepted = others > 0 ? Math.max(others, Math.ceil((others + tokens) / 2)) : Math.floor(tokens / 2);
    this.#learned = Math.max(1, Math.min(this.limit ?? Infinity, accepted));
    return { tooLarge: others === 0 };
  }
}
