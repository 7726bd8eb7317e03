import type { StopRequest } from '../run/stop.js';
import { checkAddress, firstAnswerMs, unreachable } from '../run/unreachable.js';

/** Failures in a row, without any answer, after which the provider is held to be away. */
const enough = 3;

/** Whether the provider answers at all: a run that only waits must be able to say why. */
export class Contact {
  #failures = 0;
  #since = 0;
  #everAnswered = false;

  /** Nothing has been answered for a while. */
  get lost(): boolean {
    return this.#failures >= enough;
  }

  /** Returns whether that changes `lost`. */
  answered(): boolean {
    const { lost } = this;
    this.#failures = 0;
    this.#everAnswered = true;
    return lost;
  }

  /** Returns whether that changes `lost`. */
  failed(now: number): boolean {
    if (this.#failures === 0) this.#since = now;
    this.#failures++;
    return this.#failures === enough;
  }

  /**
   * Why a run should stop that cannot even begin. Once anything was answered it waits instead, for as long as it takes: its
   * batches go on without it.
   */
  hopeless(now: number, last: string): StopRequest | undefined {
    const ms = now - this.#since;
    if (this.#everAnswered || !this.lost || ms < firstAnswerMs) return undefined;
    return unreachable(`Nothing has been answered for ${String(Math.round(ms / 1_000))} s`, checkAddress, last);
  }
}
