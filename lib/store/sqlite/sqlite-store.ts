import type { BatchEvent, CompleteEvent } from '../../core/events.js';
import type { Progress } from '../../core/progress.js';
import { BatchError, isBatchError } from '../../core/errors.js';
import type {
  BatchStore,
  ClaimedItem,
  CommitGroup,
  CommitReceipt,
  ControlRequest,
  DeleteProgress,
  IdentityIndex,
  ItemIdentity,
  ItemQuery,
  JobEnd,
  JobPatch,
  JobRecord,
  Lease,
  NewItem,
  NewJob,
  Owner,
  PageLimit,
  PlacedResult,
  ResultFilter,
  StoredFailure,
  StoredItem,
} from '../store.js';
import { Connection } from './connection.js';
import { EventTable } from './event-table.js';
import { GroupWriter } from './group-writer.js';
import { TempIdentityIndex } from './identity-index.js';
import { ItemSearch } from './item-search.js';
import { ItemTable } from './item-table.js';
import { JobTable, leaseLost } from './job-table.js';
import { LeaseTable } from './lease-table.js';
import { refuseFullDisk } from './full-disk.js';
import { openDatabase } from './open-database.js';
import { OwnerLock } from './owner-lock.js';
import { ShardTable } from './shard-table.js';
import { refuseLostStates } from './settled-items.js';
import { loadSqlite } from './sqlite-driver.js';
import { sweepSlice } from './sweep.js';
import { damagedFile } from './translate-error.js';

export interface SqliteStoreOptions {
  /** File, or `:memory:`. */
  readonly path: string;
  /** `full` (default) syncs each commit to the disk; `normal` may lose the last commits in a power cut, never in a crash. */
  readonly durability?: 'full' | 'normal' | undefined;
  /** Milliseconds to wait for another process's lock. Default 5,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Epoch milliseconds for stored times. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Opens (or creates) a database. Throws a `BatchError` with a `store_*` code and one clear sentence. */
export function sqliteStore(options: SqliteStoreOptions): BatchStore {
  const { path, durability = 'full', lockTimeoutMs = 5_000, now = Date.now } = options;
  const db = openDatabase({ path, durability, lockTimeoutMs });
  return new SqliteStore(new Connection(db, path), new OwnerLock(path, loadSqlite()), now);
}

const touch = `
  UPDATE jobs SET ok = ok + ?, failed = failed + ?, input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
    low_water = ?, claimed_to = ?, updated_at = ? WHERE key = ? AND epoch = ? RETURNING control`;

class SqliteStore implements BatchStore {
  readonly location: string;
  readonly shards: ShardTable;
  readonly #jobs: JobTable;
  readonly #items: ItemTable;
  readonly #events: EventTable;
  readonly #groups: GroupWriter;
  readonly #leases: LeaseTable;
  readonly #search: ItemSearch;
  readonly #indexes = new Set<number>();

  constructor(
    private readonly connection: Connection,
    private readonly lock: OwnerLock,
    private readonly now: () => number,
  ) {
    this.location = connection.path;
    this.#jobs = new JobTable(connection);
    this.#items = new ItemTable(connection);
    this.#events = new EventTable(connection);
    this.#leases = new LeaseTable(connection, this.#jobs, lock);
    this.#search = new ItemSearch(connection);
    this.shards = new ShardTable(connection);
    this.#groups = new GroupWriter(connection, this.#events, this.shards);
  }

  createJob(job: NewJob): JobRecord {
    refuseFullDisk(this.location);
    return this.#jobs.create(job, this.now());
  }
  findJob(jobId: string): JobRecord | undefined {
    return this.#jobs.find(jobId);
  }
  listJobs(): readonly JobRecord[] {
    return this.#jobs.list();
  }
  jobsBefore(key: number | undefined, limit: number | PageLimit): readonly JobRecord[] {
    return this.#jobs.before(key, limit);
  }
  updateJob(lease: Lease, patch: JobPatch): void {
    this.connection.write(() => this.#jobs.update(lease, patch, this.now()));
  }

  acquire(jobId: string): Lease {
    refuseFullDisk(this.location);
    const lease = this.#leases.acquire(jobId, Date.now());
    try {
      this.connection.read(() => refuseLostStates(this.connection, lease.jobKey));
    } catch (error) {
      this.#leases.release(lease);
      throw error;
    }
    return lease;
  }
  release(lease: Lease): void {
    this.#leases.release(lease);
  }
  owner(jobId: string): Owner | null {
    return this.#leases.owner(jobId, Date.now());
  }
  requestControl(jobId: string, request: ControlRequest): void {
    this.#leases.requestControl(jobId, request);
  }
  readControl(lease: Lease): ControlRequest | null {
    return this.#leases.readControl(lease);
  }
  heartbeat(): void {
    this.connection.write(() => this.#leases.heartbeat(Date.now()));
  }

  appendItems(lease: Lease, items: readonly NewItem[]): { readonly total: number } {
    return this.connection.write(() => {
      const text = 'UPDATE jobs SET total = total + ?, updated_at = ? WHERE key = ? AND epoch = ? RETURNING total';
      const row = this.connection.sql(text).get(items.length, this.now(), lease.jobKey, lease.epoch) as
        { total: number } | undefined;
      if (row === undefined) throw leaseLost(lease);
      this.#items.append(lease.jobKey, row.total - items.length, items);
      return { total: row.total };
    });
  }
  itemsAfter(jobKey: number, ordinal: number, limit: number): readonly ItemIdentity[] {
    return this.#items.after(jobKey, ordinal, limit);
  }
  findItem(jobKey: number, itemId: string, upTo: number): ItemIdentity | undefined {
    return this.#items.find(jobKey, itemId, upTo);
  }
  indexItems(jobKey: number, upTo: number): IdentityIndex {
    return new TempIdentityIndex(this.connection, this.#items, jobKey, upTo, this.#indexes);
  }
  truncateItems(lease: Lease, ordinal: number): void {
    this.connection.write(() => {
      this.#jobs.update(lease, {}, this.now());
      this.#items.truncate(lease.jobKey, ordinal);
      this.connection.sql('UPDATE jobs SET total = ? WHERE key = ?').run(ordinal, lease.jobKey);
    });
  }

  claim(lease: Lease, afterOrdinal: number, limit: number): readonly ClaimedItem[] {
    return this.#items.claim(lease.jobKey, afterOrdinal, limit);
  }

  commit(lease: Lease, group: CommitGroup): CommitReceipt {
    return this.connection.write(() => {
      const at = this.now();
      const { events, sums } = this.#groups.write(lease, group.drafts, at);
      const row = this.connection
        .sql(touch)
        .get(
          sums.ok,
          sums.failed,
          sums.input,
          sums.output,
          group.lowWater,
          group.claimedTo,
          at,
          lease.jobKey,
          lease.epoch,
        );
      // Checked last, in the same transaction: a lost lease rolls the whole group back.
      if (row === undefined) throw leaseLost(lease);
      return { events, control: (row as { readonly control: ControlRequest | null }).control };
    });
  }

  finish(lease: Lease, end: JobEnd): readonly BatchEvent[] {
    return this.connection.write(() => {
      const at = this.now();
      const reason = 'reason' in end ? end.reason : null;
      this.#jobs.update(lease, { status: end.status, reason }, at);
      // An orderly end leaves nothing in doubt: what was not finished was not sent, or is known to have been given up.
      this.connection
        .sql('UPDATE jobs SET low_water = ?, claimed_to = ? WHERE key = ?')
        .run(end.lowWater, end.lowWater, lease.jobKey);
      const { progress } = end;
      const seq = this.#events.putProgress(lease.jobKey, progress, at);
      const events: BatchEvent[] = [{ type: 'progress', jobId: lease.jobId, seq, at, progress }];
      if (end.status === 'completed' || end.status === 'cancelled') {
        const body = { status: end.status, progress };
        events.push({
          type: 'complete',
          jobId: lease.jobId,
          seq: this.#events.putComplete(lease.jobKey, body, at),
          at,
          ...body,
        });
      }
      return events;
    });
  }

  reopen(lease: Lease, { retryFailed }: { readonly retryFailed: boolean }): { readonly reopened: number } {
    return this.connection.write(() => {
      this.#jobs.update(lease, { status: 'pending', reason: null }, this.now());
      if (retryFailed) this.shards.expectNoMore(lease.jobKey);
      const reopened = this.#events.reopen(lease.jobKey, retryFailed);
      const text =
        'UPDATE jobs SET failed = failed - ?, low_water = CASE WHEN ? THEN 0 ELSE low_water END WHERE key = ?';
      this.connection.sql(text).run(reopened, reopened > 0 ? 1 : 0, lease.jobKey);
      refuseLostStates(this.connection, lease.jobKey);
      return { reopened };
    });
  }

  eventsAfter(jobKey: number, seq: number, limit: number | PageLimit): readonly BatchEvent[] {
    return this.#events.after(jobKey, this.#jobId(jobKey), seq, limit);
  }
  lastSeq(jobKey: number): number {
    return this.#events.lastSeq(jobKey);
  }
  newestSeq(): number {
    return this.#events.newestSeq();
  }
  latestProgress(jobKey: number): Progress | undefined {
    const event = this.#events.pointed(jobKey, this.#jobId(jobKey), 'progress_seq');
    return event?.type === 'progress' ? event.progress : undefined;
  }
  completion(jobKey: number): CompleteEvent | undefined {
    const event = this.#events.pointed(jobKey, this.#jobId(jobKey), 'complete_seq');
    return event?.type === 'complete' ? event : undefined;
  }
  results(jobKey: number, after: number, limit: number | PageLimit, filter: ResultFilter): readonly PlacedResult[] {
    return this.#events.results(jobKey, after, limit, filter);
  }
  resultsInOrder(
    jobKey: number,
    after: number,
    limit: number | PageLimit,
    filter: ResultFilter,
  ): readonly PlacedResult[] {
    return this.#events.resultsInOrder(jobKey, after, limit, filter);
  }
  findItems(
    jobKey: number,
    after: number,
    upTo: number,
    limit: number | PageLimit,
    query: ItemQuery,
  ): readonly StoredItem[] {
    return this.#search.items(jobKey, after, upTo, limit, query);
  }
  failures(jobKey: number, after: number, limit: number): readonly StoredFailure[] {
    return this.#search.failures(jobKey, after, limit);
  }

  cursor(jobKey: number, name: string): number {
    const row = this.connection.read(() =>
      this.connection.sql('SELECT seq FROM cursors WHERE job = ? AND name = ?').get(jobKey, name),
    );
    return (row as { readonly seq: number } | undefined)?.seq ?? 0;
  }
  saveCursor(jobKey: number, name: string, seq: number): void {
    const text =
      'INSERT INTO cursors (job, name, seq) VALUES (?, ?, ?) ON CONFLICT (job, name) DO UPDATE SET seq = excluded.seq';
    this.connection.write(() => this.connection.sql(text).run(jobKey, name, seq));
  }

  deleteJob(jobId: string): void {
    // Not `acquire`: deleting is what a full disk needs.
    const lease = this.#leases.acquire(jobId, Date.now());
    this.connection.write(() =>
      this.connection
        .sql(`UPDATE jobs SET job_id = NULL, owner = NULL, status = 'cancelled' WHERE key = ?`)
        .run(lease.jobKey),
    );
  }
  sweep(): DeleteProgress {
    return { done: this.connection.write(() => sweepSlice(this.connection)) };
  }
  damage(said: string): BatchError {
    return damagedFile(this.location, said);
  }
  checkpoint(): void {
    this.connection.read(() => this.connection.db.pragma('wal_checkpoint(TRUNCATE)'));
  }
  close(): void {
    if (!this.connection.db.open) return;
    try {
      this.#leases.retire();
    } catch (error) {
      // A full or locked disk: the lock goes with the file all the same, and whoever comes next finds the owner dead.
      if (!isBatchError(error)) throw error;
    }
    this.connection.db.close();
    this.lock.drop();
  }

  #jobId(jobKey: number): string {
    const row = this.connection.read(() => this.connection.sql('SELECT job_id FROM jobs WHERE key = ?').get(jobKey));
    const jobId = (row as { readonly job_id: string | null } | undefined)?.job_id;
    if (jobId === undefined || jobId === null)
      throw new BatchError('job_not_found', `The job was deleted from ${this.location}`);
    return jobId;
  }
}
