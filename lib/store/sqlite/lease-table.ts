import { BatchError } from '../../core/errors.js';
import type { ControlRequest, Lease, Owner } from '../store.js';
import type { Connection } from './connection.js';
import { firstKey, itemKey } from './key-space.js';
import { leaseLost, type JobTable } from './job-table.js';
import { staleAfterMs, type OwnerLock, type OwnerRow } from './owner-lock.js';

interface Held {
  readonly key: number;
  readonly epoch: number;
  readonly owner: string | null;
  readonly low_water: number;
  readonly claimed_to: number;
}

/** Who may write to which job. */
export class LeaseTable {
  constructor(
    private readonly connection: Connection,
    private readonly jobs: JobTable,
    private readonly lock: OwnerLock,
  ) {}

  acquire(jobId: string, now: number): Lease {
    this.lock.hold();
    return this.connection.write(() => {
      this.heartbeat(now);
      const job = this.jobs.require(jobId);
      const held = this.#held(job.key);
      const previous = held.owner === null ? undefined : this.#owner(held.owner);
      if (previous !== undefined && this.lock.isAlive(previous, now)) throw this.#busy(jobId, previous, now);
      if (held.owner !== null) this.#takeOver(held);
      this.connection
        .sql('UPDATE jobs SET owner = ?, epoch = epoch + 1, control = NULL WHERE key = ?')
        .run(this.lock.owner, job.key);
      return { jobKey: job.key, jobId, epoch: held.epoch + 1 };
    });
  }

  release(lease: Lease): void {
    this.connection.write(() =>
      this.connection
        .sql('UPDATE jobs SET owner = NULL, control = NULL WHERE key = ? AND epoch = ?')
        .run(lease.jobKey, lease.epoch),
    );
  }

  owner(jobId: string, now: number): Owner | null {
    const row = this.connection.read(() =>
      this.connection.sql('SELECT o.* FROM jobs j JOIN owners o ON o.owner = j.owner WHERE j.job_id = ?').get(jobId),
    ) as OwnerRow | undefined;
    if (row === undefined) return null;
    return { pid: row.pid, host: row.host, alive: this.lock.isAlive(row, now), self: row.owner === this.lock.owner };
  }

  requestControl(jobId: string, request: ControlRequest): void {
    this.connection.write(() =>
      this.connection.sql('UPDATE jobs SET control = ? WHERE job_id = ?').run(request, jobId),
    );
  }

  readControl(lease: Lease): ControlRequest | null {
    const row = this.connection.read(() =>
      this.connection.sql('SELECT control FROM jobs WHERE key = ? AND epoch = ?').get(lease.jobKey, lease.epoch),
    ) as { readonly control: ControlRequest | null } | undefined;
    if (row === undefined) throw leaseLost(lease);
    return row.control;
  }

  heartbeat(now: number): void {
    const insert = `INSERT INTO owners (owner, pid, host, machine, heartbeat) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (owner) DO UPDATE SET heartbeat = excluded.heartbeat`;
    this.connection.sql(insert).run(this.lock.owner, process.pid, this.lock.host, this.lock.machine, now);
  }

  /** At close: this owner is gone, and with it every lease it still holds. */
  retire(): void {
    this.connection.write(() => {
      this.connection.sql('UPDATE jobs SET owner = NULL, control = NULL WHERE owner = ?').run(this.lock.owner);
      this.connection.sql('DELETE FROM owners WHERE owner = ?').run(this.lock.owner);
    });
  }

  #held(key: number): Held {
    return this.connection
      .sql('SELECT key, epoch, owner, low_water, claimed_to FROM jobs WHERE key = ?')
      .get(key) as Held;
  }

  #owner(owner: string): OwnerRow | undefined {
    return this.connection.sql('SELECT * FROM owners WHERE owner = ?').get(owner) as OwnerRow | undefined;
  }

  #busy(jobId: string, owner: OwnerRow, now: number): BatchError {
    const who = owner.owner === this.lock.owner ? 'this client' : `process ${String(owner.pid)} on ${owner.host}`;
    const seconds = Math.ceil((owner.heartbeat + staleAfterMs - now) / 1_000);
    const free = this.lock.isElsewhere(owner)
      ? ` (if it is dead already, the job is free in ${String(seconds)} s)`
      : '';
    return new BatchError(
      'job_busy',
      `Job "${jobId}" is being worked on by ${who}; watch it with client.job("${jobId}"), or end that process${free}`,
      { jobId },
    );
  }

  /** What the dead owner had claimed and not finished may have been sent: one start more, for the record. */
  #takeOver(held: Held): void {
    const suspects = `
      INSERT INTO item_states (key, state, starts, failures, seq)
      SELECT i.key, 0, 1, 0, NULL FROM items i LEFT JOIN item_states s ON s.key = i.key
      WHERE i.key > ? AND i.key <= ? AND (s.state IS NULL OR s.state = 0)
      ON CONFLICT (key) DO UPDATE SET starts = starts + 1`;
    const from = held.low_water === 0 ? firstKey(held.key) : itemKey(held.key, held.low_water);
    this.connection.sql(suspects).run(from, itemKey(held.key, held.claimed_to));
    const others = this.connection
      .sql('SELECT count(*) AS n FROM jobs WHERE owner = ? AND key <> ?')
      .get(held.owner, held.key) as { readonly n: number };
    if (others.n > 0 || held.owner === null) return;
    this.connection.sql('DELETE FROM owners WHERE owner = ?').run(held.owner);
    this.lock.forget(held.owner);
  }
}
