import { createHash } from 'node:crypto';
import type { NativeLine } from '../provider/native.js';
import type { ShardPatch } from '../store/shard-store.js';

/** The most one batch may hold; `tokens` null where nothing is known. */
export interface ShardCaps {
  readonly maxRequests: number;
  readonly maxBytes: number;
  readonly maxInputs: number;
  readonly tokens: number | null;
}

/** What a shard's lines add up to. */
export interface ShardSums {
  readonly requests: number;
  readonly bytes: number;
  readonly inputs: number;
  readonly tokens: number;
}

export const emptySums: ShardSums = { requests: 0, bytes: 0, inputs: 0, tokens: 0 };

/** A line with its line feed. */
export function lineBytes({ text }: NativeLine): number {
  return Buffer.byteLength(text) + 1;
}

export function addLine(sums: ShardSums, line: NativeLine, bytes: number): ShardSums {
  return {
    requests: sums.requests + 1,
    bytes: sums.bytes + bytes,
    inputs: sums.inputs + line.inputs,
    tokens: sums.tokens + line.tokens,
  };
}

/** Which cap the sums are over, in words, or undefined. */
export function overCap(sums: ShardSums, caps: ShardCaps): string | undefined {
  const over = (value: number, cap: number, unit: string): string | undefined =>
    value > cap ? `${String(value)} ${unit}, the limit is ${String(cap)}` : undefined;
  return (
    over(sums.requests, caps.maxRequests, 'requests') ??
    over(sums.bytes, caps.maxBytes, 'bytes') ??
    over(sums.inputs, caps.maxInputs, 'embedding inputs') ??
    over(sums.tokens, caps.tokens ?? Infinity, 'prompt tokens')
  );
}

/** A shard that is being filled: its members go to the store a page at a time, its lines only into a hash. */
export class OpenShard {
  #sums = emptySums;
  readonly #hash = createHash('sha256');
  #first = 0;
  #last = 0;
  #page: number[] = [];

  constructor(
    readonly shard: number,
    readonly model: string,
  ) {}

  /** The least ordinal in it, 0 while it is empty. */
  get first(): number {
    return this.#first;
  }

  fits(line: NativeLine, bytes: number, caps: ShardCaps): boolean {
    return overCap(addLine(this.#sums, line, bytes), caps) === undefined;
  }

  add(ordinal: number, line: NativeLine, bytes: number): void {
    // Items that come back are put in among later ones, so the order is not theirs.
    this.#first = this.#first === 0 ? ordinal : Math.min(this.#first, ordinal);
    this.#last = Math.max(this.#last, ordinal);
    this.#sums = addLine(this.#sums, line, bytes);
    this.#hash.update(line.text).update('\n');
    this.#page.push(ordinal);
  }

  /** Members not yet stored. */
  takePage(): readonly number[] {
    const page = this.#page;
    this.#page = [];
    return page;
  }

  sealed(): ShardPatch {
    const { requests, bytes, tokens } = this.#sums;
    const content = this.#hash.digest('hex').slice(0, 32);
    return { state: 'ready', content, requests, bytes, tokens, firstOrdinal: this.#first, lastOrdinal: this.#last };
  }
}
