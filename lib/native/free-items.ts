import type { ShardStore } from '../store/shard-store.js';
import type { ClaimedItem, Lease } from '../store/store.js';

/** Rows looked at in one step: a bounded stretch, as a million finished items may lie before the next free one. */
const stretch = 20_000;
const pageSize = 256;

interface Range {
  after: number;
  readonly to: number;
}

/** Where items that belong to no shard are: stretches let go of by shards, then everything above the cursor. */
export class FreeItems {
  readonly #ranges: Range[] = [];
  #cursor: number;
  #more = true;

  constructor(
    private readonly store: ShardStore,
    private readonly lease: Lease,
    lowWater: number,
  ) {
    this.#cursor = lowWater;
  }

  startFrom(lowWater: number): void {
    this.#cursor = lowWater;
    this.#more = true;
  }

  /** The store has more items. */
  grew(): void {
    this.#more = true;
  }

  /** Between these ordinals there may be free ones again. */
  freed(first: number, last: number): void {
    if (first > this.#cursor) return;
    this.#ranges.push({ after: first - 1, to: Math.min(last, this.#cursor) });
  }

  /** Whether a look may find something. */
  get any(): boolean {
    return this.#more || this.#ranges.length > 0;
  }

  /** Nothing at or below this is free. */
  get lowWater(): number {
    return this.#ranges.reduce((least, { after }) => Math.min(least, after), this.#cursor);
  }

  /** One step: a page of items, or none where the stretch had none. */
  next(): readonly ClaimedItem[] {
    const range = this.#ranges[0];
    const after = range?.after ?? this.#cursor;
    const upTo = Math.min(after + stretch, range?.to ?? Infinity);
    const { items, scannedTo } = this.store.claimFree(this.lease, after, upTo, pageSize);
    if (range === undefined) {
      this.#cursor = scannedTo;
      this.#more = items.length > 0 || scannedTo === upTo;
    } else if (scannedTo >= range.to || scannedTo === after) this.#ranges.shift();
    else range.after = scannedTo;
    return items;
  }
}
