/**
 * Tells a log that has lost something from one with a torn end. A process killed within its last commit may have written the
 * whole of it without telling those who have the log open; who comes next writes over it from its start, and what is left of
 * it stands behind, with its one commit. So what follows a commit and has no more than one commit itself is such a rest.
 */
export class LogHealth {
  /** What a commit in sight means: more of the log, the rest of one that did not happen, or that something is lost. */
  #behind: 'log' | 'rest' | 'loss';
  /** The frame before was intact, and a commit: the log may end there. */
  #mayEnd = true;
  #restCommitted = false;
  #damaged = false;

  constructor(headerIntact: boolean) {
    this.#behind = headerIntact ? 'log' : 'loss';
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  /** A frame that does not go with the one before it. */
  broken(): void {
    this.#behind = this.#mayEnd && this.#behind !== 'loss' ? 'rest' : 'loss';
    this.#mayEnd = false;
    this.#restCommitted = false;
  }

  /** A frame that does. */
  intact(commit: boolean): void {
    this.#mayEnd = commit;
    if (!commit || this.#behind === 'log') return;
    // A second commit would be one that did happen.
    if (this.#behind === 'loss' || this.#restCommitted) this.#damaged = true;
    this.#restCommitted = true;
  }
}
