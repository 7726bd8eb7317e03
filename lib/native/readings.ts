const enough = 3;

/**
 * How often each output was read to its end by this process, and before it where something is in doubt. One may have been cut off
 * without a sign, or be somebody else's page: while answers are missing it is read twice more, from where it was last understood.
 */
export class Readings {
  readonly #times = new Map<string, number>();

  done(output: string): void {
    this.#times.set(output, this.times(output) + 1);
  }

  /** It is no longer there. */
  lost(output: string): void {
    this.#times.set(output, enough);
  }

  times(output: string): number {
    return this.#times.get(output) ?? 0;
  }

  isEnough(output: string): boolean {
    return this.times(output) >= enough;
  }
}
