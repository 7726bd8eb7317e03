import { messageOf } from '../core/errors.js';
import type { ItemError } from '../core/result.js';
import { isProviderError } from '../provider/provider-error.js';
import type { NativeCapability, NativeLine } from '../provider/native.js';
import type { WorkItem } from '../run/work-item.js';
import type { ShardPatch, ShardStore } from '../store/shard-store.js';
import type { ClaimedItem, Lease } from '../store/store.js';
import type { FreeItems } from './free-items.js';
import { keyOf } from './item-key.js';
import { addLine, emptySums, lineBytes, OpenShard, overCap, type ShardCaps } from './open-shard.js';

export interface ShardBuilderOptions {
  readonly store: ShardStore;
  readonly lease: Lease;
  readonly free: FreeItems;
  readonly native: NativeCapability;
  readonly toItem: (claimed: ClaimedItem) => WorkItem;
  /** What a shard should hold at most now. */
  readonly caps: (model: string) => ShardCaps;
  /** What no batch may ever pass: an item beyond it can never be sent. */
  readonly limits: ShardCaps;
}

export interface SealedShard {
  readonly shard: number;
  readonly model: string;
  readonly patch: ShardPatch;
}

/** What one step of building gave. */
export interface BuildStep {
  readonly sealed: readonly SealedShard[];
  /** Items that fit into no shard at all. */
  readonly failed: readonly { readonly item: WorkItem; readonly error: ItemError }[];
}

/** Fills shards with items in order, one open shard per model; a page a step. */
export class ShardBuilder {
  readonly #open = new Map<string, OpenShard>();

  constructor(private readonly options: ShardBuilderOptions) {}

  /** First ordinals of the shards that are open. */
  get firsts(): readonly number[] {
    return [...this.#open.values()].map(({ first }) => first);
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  step(): BuildStep {
    const sealed: SealedShard[] = [];
    const failed: { item: WorkItem; error: ItemError }[] = [];
    for (const claimed of this.options.free.next()) {
      const item = this.options.toItem(claimed);
      const error = this.#put(item, sealed);
      if (error !== undefined) failed.push({ item, error });
    }
    for (const open of this.#open.values()) this.#store(open);
    return { sealed, failed };
  }

  /** Nothing more will come: what is open is complete. */
  flush(): readonly SealedShard[] {
    return [...this.#open.values()].map((open) => this.#seal(open));
  }

  /** Lets go of what is open; nothing was sent of it. */
  drop(): void {
    const { store, lease } = this.options;
    const shards = [...this.#open.values()].map(({ shard }) => shard);
    this.#open.clear();
    if (shards.length > 0) store.drop(lease, shards);
  }

  #put(item: WorkItem, sealed: SealedShard[]): ItemError | undefined {
    const line = this.#line(item);
    if ('code' in line) return line;
    const bytes = lineBytes(line);
    const alone = overCap(addLine(emptySums, line, bytes), this.options.limits);
    if (alone !== undefined)
      return { code: 'too_large', message: `Too large for a batch even alone: ${alone}`, retryable: false };
    const open = this.#open.get(line.model);
    if (open?.fits(line, bytes, this.options.caps(line.model)) === false) sealed.push(this.#seal(open));
    this.#shardFor(line.model).add(item.ordinal, line, bytes);
    return undefined;
  }

  #line({ resolved, ordinal }: WorkItem): NativeLine | ItemError {
    try {
      return this.options.native.line(resolved, keyOf(ordinal));
    } catch (error) {
      if (isProviderError(error)) return error.verdict.error;
      return { code: 'invalid_request', message: messageOf(error), retryable: false };
    }
  }

  #shardFor(model: string): OpenShard {
    const { store, lease } = this.options;
    let open = this.#open.get(model);
    if (open === undefined) this.#open.set(model, (open = new OpenShard(store.open(lease, model), model)));
    return open;
  }

  #store(open: OpenShard): void {
    const page = open.takePage();
    if (page.length > 0) this.options.store.add(this.options.lease, open.shard, page);
  }

  #seal(open: OpenShard): SealedShard {
    const { store, lease } = this.options;
    this.#store(open);
    this.#open.delete(open.model);
    const patch = open.sealed();
    store.update(lease, open.shard, patch);
    return { shard: open.shard, model: open.model, patch };
  }
}
