import type { ShardProgress } from '../core/progress.js';
import type { Shard } from './shard.js';
import { inFlight, shardRow, shownEnded } from './shard-board.js';

/** The shards of a run, by what they wait for. */
export class ShardRoster {
  /** Taken up from an earlier run. */
  #recovered: Shard[] = [];
  /** Complete, and waiting for room at the provider. */
  #waiting: Shard[] = [];
  readonly #working = new Set<Shard>();
  /** Over, but that waits to be written. */
  readonly #unwritten = new Map<number, Shard>();
  #ended: ShardProgress[] = [];

  get waiting(): readonly Shard[] {
    return this.#waiting;
  }

  /** Shards whose life goes on, or is not written yet. */
  get atWork(): boolean {
    return this.#working.size > 0 || this.#unwritten.size > 0;
  }

  /** Uploads and creates under way. */
  get submitting(): number {
    let count = 0;
    for (const { record } of this.#working) if (record.state === 'ready' || record.state === 'intent') count++;
    return count;
  }

  takeUp(shard: Shard): void {
    const { state } = shard.record;
    if (state === 'done') this.#ended.push(shardRow(shard));
    else if (state === 'ready') this.#waiting.push(shard);
    else this.#recovered.push(shard);
  }

  nextRecovered(): Shard | undefined {
    const shard = this.#recovered.shift();
    if (shard !== undefined) this.#working.add(shard);
    return shard;
  }

  begin(shard: Shard): void {
    this.#waiting = this.#waiting.filter((one) => one !== shard);
    this.#working.add(shard);
  }

  /** A shard's life is over, for now or for good. */
  leave(shard: Shard): void {
    // Its end may have been written at once, where it filled a group.
    if (!this.#working.delete(shard)) return;
    if (shard.record.state === 'ready') this.#waiting.push(shard);
    if (shard.record.state === 'done') this.#unwritten.set(shard.record.shard, shard);
  }

  /** Its end is durable; undefined for one that is not of this run. */
  written(number: number): Shard | undefined {
    const shard = this.#unwritten.get(number) ?? [...this.#working].find(({ record }) => record.shard === number);
    if (shard === undefined) return undefined;
    this.#unwritten.delete(number);
    this.#working.delete(shard);
    this.#ended = [...this.#ended, shardRow(shard)].slice(-shownEnded);
    return shard;
  }

  /** Those nothing was sent of; they are no longer here. */
  takeUnsent(): readonly number[] {
    const unsent = this.#waiting.map(({ record }) => record.shard);
    this.#waiting = [];
    return unsent;
  }

  /** Items that are with the provider. */
  get inFlight(): number {
    return inFlight(this.all());
  }

  /** The newest of the ended, then all others. */
  get rows(): readonly ShardProgress[] {
    const rows = [...this.all()].map(shardRow).sort((a, b) => a.shard - b.shard);
    return [...this.#ended.slice(Math.min(this.#ended.length, rows.length)), ...rows];
  }

  /** Every shard that is not over. */
  *all(): Generator<Shard> {
    yield* this.#recovered;
    yield* this.#working;
    yield* this.#unwritten.values();
    yield* this.#waiting;
  }
}
