import { BatchError } from '../core/errors.js';
import type { BatchStore, IdentityIndex, ItemIdentity, NewItem } from '../store/store.js';
import { fingerprint, FingerprintSet } from './fingerprint-set.js';
import type { ReadItem } from './read-item.js';

/** The item is new, was stored by an earlier reading, or cannot be told before the index is built. */
export type Admitted =
  { readonly kind: 'new'; readonly item: NewItem } | { readonly kind: 'known' } | { readonly kind: 'ask-again' };

const pageSize = 512;

/**
 * One reading of a job's input: gives every item its id and tells new ones from those stored by earlier readings. A
 * rerun in the same order is followed row by row; an input in another order costs an index, built in slices.
 */
export class Admission {
  readonly #met = new FingerprintSet();
  #page: readonly ItemIdentity[] = [];
  #at = 0;
  #index: IdentityIndex | undefined;
  #indexed = false;
  #matched = 0;

  /** `stored`: how many items there were when this reading began. */
  constructor(
    private readonly store: BatchStore,
    private readonly jobKey: number,
    private readonly jobId: string,
    private readonly stored: number,
  ) {}

  /** `waiting` are the new items of this reading that are not in the store yet. */
  admit(read: ReadItem, place: string, waiting: readonly NewItem[]): Admitted {
    const itemId = read.itemId ?? this.#deriveId(read.hash);
    const print = fingerprint(itemId);
    if (read.itemId !== undefined && this.#met.has(print) && this.#isDuplicate(itemId, waiting)) {
      throw new BatchError(
        'duplicate_item',
        `${place}: the itemId ${shorten(itemId)} was given to an earlier item of this input; ids are unique within a job (leave itemId out to have one made)`,
        { jobId: this.jobId },
      );
    }
    const known = this.#known(itemId);
    if (known === 'ask-again') return { kind: 'ask-again' };
    if (known !== undefined && Buffer.compare(known.hash, read.hash) !== 0) throw this.#conflict(itemId, place);
    this.#met.add(print);
    if (known === undefined) return { kind: 'new', item: { itemId, hash: read.hash, request: read.request } };
    this.#matched++;
    return { kind: 'known' };
  }

  /** Builds a slice of the index asked for; true when it is whole. */
  buildIndex(): boolean {
    this.#index ??= this.store.indexItems(this.jobKey, this.stored);
    this.#indexed = this.#index.build();
    return this.#indexed;
  }

  close(): void {
    this.#index?.drop();
    this.#index = undefined;
  }

  #known(itemId: string): ItemIdentity | undefined | 'ask-again' {
    // Every stored item has been met: what comes now is new.
    if (this.#matched === this.stored) return undefined;
    const expected = this.#expected();
    if (expected?.itemId === itemId) {
      this.#at++;
      return expected;
    }
    if (!this.#indexed) return 'ask-again';
    return this.#index?.find(itemId);
  }

  /** The stored item that comes next if the input is in the order it had before. */
  #expected(): ItemIdentity | undefined {
    if (this.#at < this.#page.length) return this.#page[this.#at];
    const last = this.#page.at(-1)?.ordinal ?? 0;
    if (last >= this.stored) return undefined;
    this.#page = this.store.itemsAfter(this.jobKey, last, Math.min(pageSize, this.stored - last));
    this.#at = 0;
    return this.#page[0];
  }

  /** The first of `item-<hash>`, `item-<hash>-2`, ... that this reading has not met: equal contents are kept apart. */
  #deriveId(hash: Buffer): string {
    const base = `item-${hash.toString('hex')}`;
    const id = (n: number): string => (n === 1 ? base : `${base}-${String(n)}`);
    const isMet = (text: string): boolean => this.#met.has(fingerprint(text));
    if (!isMet(base)) return base;
    // The suffixes met are 1..k without a hole: gallop past k, then halve.
    let met = 1;
    while (isMet(id(met * 2))) met *= 2;
    let free = met * 2;
    while (free - met > 1) {
      const middle = Math.floor((met + free) / 2);
      if (isMet(id(middle))) met = middle;
      else free = middle;
    }
    return id(free);
  }

  /** The exact answer behind the set's "maybe". */
  #isDuplicate(itemId: string, waiting: readonly NewItem[]): boolean {
    if (waiting.some((item) => item.itemId === itemId)) return true;
    return this.store.findItem(this.jobKey, itemId, Number.MAX_SAFE_INTEGER) !== undefined;
  }

  #conflict(itemId: string, place: string): BatchError {
    return new BatchError(
      'item_conflict',
      `${place}: the itemId ${shorten(itemId)} is stored in job "${this.jobId}" with another input, model or params; give the changed item another itemId, or the job another jobId`,
      { jobId: this.jobId },
    );
  }
}

function shorten(itemId: string): string {
  return JSON.stringify(itemId.length > 80 ? `${itemId.slice(0, 77)}...` : itemId);
}
