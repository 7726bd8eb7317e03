import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { seededRandom } from './hashing.js';

/** A line of the input: its place in bytes, and its number from 1. */
export interface LinePlace {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** Longer than this, running lines lets others have the thread. */
const sliceMs = 10;

/** Runs the lines of a batch's input one after another, in any order, as far as it is told to. */
export class LineRunner {
  /** Lines run so far. */
  done = 0;
  readonly #path: string;
  readonly #places: readonly LinePlace[];
  readonly #order: Uint32Array;
  readonly #run: (text: string, place: LinePlace) => Promise<void>;
  readonly #signal: AbortSignal;

  /** @param shuffleSeed order of the run; left out, the input's own */
  constructor(
    path: string,
    places: readonly LinePlace[],
    run: (text: string, place: LinePlace) => Promise<void>,
    signal: AbortSignal,
    shuffleSeed?: number,
  ) {
    this.#path = path;
    this.#places = places;
    this.#run = run;
    this.#signal = signal;
    this.#order = Uint32Array.from(places, (_, index) => index);
    if (shuffleSeed !== undefined) shuffle(this.#order, seededRandom(shuffleSeed));
  }

  get size(): number {
    return this.#places.length;
  }

  /** Runs on until `count` lines are done. */
  async runTo(count: number): Promise<void> {
    await this.#each(Math.min(count, this.size), this.#run);
  }

  /** Hands over the lines that were not run, which then count as done. */
  async skipRest(visit: (text: string, place: LinePlace) => Promise<void>): Promise<void> {
    await this.#each(this.size, visit);
  }

  async #each(end: number, visit: (text: string, place: LinePlace) => Promise<void>): Promise<void> {
    if (this.done >= end) return;
    const file = openSync(this.#path, 'r');
    try {
      let sliceStart = performance.now();
      for (; this.done < end; this.done++) {
        const place = this.#places[this.#order[this.done] ?? 0];
        if (place) await visit(readPlace(file, place), place);
        if (performance.now() - sliceStart < sliceMs) continue;
        await nextTurn();
        this.#signal.throwIfAborted();
        sliceStart = performance.now();
      }
    } finally {
      closeSync(file);
    }
  }
}

function readPlace(file: number, { start, end }: LinePlace): string {
  const bytes = Buffer.allocUnsafe(end - start);
  readSync(file, bytes, 0, bytes.length, start);
  return bytes.toString('utf8');
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const kept = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = kept;
  }
}
