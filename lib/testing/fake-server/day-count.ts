/** A quota that is counted, and begins anew at midnight in Pacific time, as Gemini's quotas per day do. */
export class DayCount {
  #used = 0;
  #day = '';

  constructor(readonly limit: number) {}

  /** The most that can ever be taken at once. */
  get capacity(): number {
    return this.limit;
  }

  remaining(now: number): number {
    return this.limit - this.#usedOn(now);
  }

  fits(units: number, now: number): boolean {
    return this.remaining(now) >= units;
  }

  /** Takes what is there, at most `units`. */
  drain(units: number, now: number): void {
    this.#used = Math.min(this.limit, this.#usedOn(now) + units);
  }

  /** Not told. */
  waitMs(): undefined {
    return undefined;
  }

  resetMs(): undefined {
    return undefined;
  }

  #usedOn(now: number): number {
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(now);
    if (day !== this.#day) this.#used = 0;
    this.#day = day;
    return this.#used;
  }
}
