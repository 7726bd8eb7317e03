const restFactor = 24;
const longestRestMs = 50;

/**
 * The rest after a commit: 24 times as long as it took, so that commits of up to 2 ms take a twenty-fifth of the thread, and 50 ms
 * at most. Times in milliseconds of one clock, which may be set.
 */
export class CommitRest {
  #restMs = 0;
  #until = 0;

  begin(startedAt: number, endedAt: number): void {
    this.#restMs = clamp((endedAt - startedAt) * restFactor, longestRestMs);
    this.#until = endedAt + this.#restMs;
  }

  leftMs(now: number): number {
    return clamp(this.#until - now, this.#restMs);
  }
}

function clamp(ms: number, most: number): number {
  return Math.min(Math.max(ms, 0), most);
}
