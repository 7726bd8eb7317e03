/** Corrects estimates of tokens by what a provider counted for earlier ones; within a factor of ten. */
export class TokenRatio {
  #estimated = 0;
  #counted = 0;

  note(estimated: number, counted: number): void {
    if (!(estimated > 0 && estimated < Infinity && counted >= 0 && counted < Infinity)) return;
    // The last few hundred requests count.
    this.#estimated = 0.995 * this.#estimated + estimated;
    this.#counted = 0.995 * this.#counted + counted;
  }

  get value(): number {
    return this.#estimated === 0 ? 1 : Math.min(10, Math.max(0.1, this.#counted / this.#estimated));
  }
}
