/** Input tokens of the unfinished batches of each model, and their limit. */
export class EnqueuedTokens {
  /** The most that was ever enqueued for one model. */
  max = 0;
  readonly #byModel = new Map<string, number>();

  of(model: string): number {
    return this.#byModel.get(model) ?? 0;
  }

  /** Takes the tokens in, unless they go beyond the limit. */
  enter(model: string, tokens: number, limit: number | undefined): boolean {
    const sum = this.of(model) + tokens;
    if (limit !== undefined && sum > limit) return false;
    this.#byModel.set(model, sum);
    this.max = Math.max(this.max, sum);
    return true;
  }

  leave(model: string, tokens: number): void {
    this.#byModel.set(model, this.of(model) - tokens);
  }
}
