import type { BatchEvent, CompleteEvent } from '../../core/events.js';
import type { Progress } from '../../core/progress.js';
import type { PageLimit, PlacedResult, ResultFilter } from '../store.js';
import type { Connection } from './connection.js';
import { itemKey, lastKey } from './key-space.js';
import { checkEvents, checkKeys, refuseMissing } from './row-checks.js';
import { eventTypes, toEvent, toPlacedResult, type EventRow } from './rows.js';
import { DamagedRow } from './stored-json.js';

const insertEvent = 'INSERT INTO events (job, type, at, item, ok, body) VALUES (?, ?, ?, ?, ?, ?)';

const countAttempt = `
  INSERT INTO item_states (key, state, starts, failures, seq) VALUES (?, 0, 0, ?, NULL)
  ON CONFLICT (key) DO UPDATE SET failures = excluded.failures WHERE state = 0`;

const columns = 'e.seq, e.job, e.type, e.at, e.item, e.body';

const filters: Readonly<Record<ResultFilter, string>> = { all: '', ok: 'AND e.ok = 1', failed: 'AND e.ok = 0' };

const states: Readonly<Record<ResultFilter, string>> = { all: 's.state > 0', ok: 's.state = 1', failed: 's.state = 2' };

const pointedTypes = { progress_seq: eventTypes.progress, complete_seq: eventTypes.complete } as const;

/** A result with the key of the item it was looked up for. */
interface SettledRow extends EventRow {
  readonly key: number;
}

/** Rows of `events` and `item_states`: what happened, and with it each item's state. */
export class EventTable {
  constructor(private readonly connection: Connection) {}

  /** Within a transaction. */
  countAttempt(job: number, ordinal: number, failures: number): void {
    this.connection.sql(countAttempt).run(itemKey(job, ordinal), failures);
  }

  /** Within a transaction; the older progress goes. */
  putProgress(job: number, progress: Progress, at: number): number {
    this.connection.sql('DELETE FROM events WHERE seq = (SELECT progress_seq FROM jobs WHERE key = ?)').run(job);
    const { lastInsertRowid } = this.connection
      .sql(insertEvent)
      .run(job, eventTypes.progress, at, null, null, JSON.stringify(progress));
    const seq = Number(lastInsertRowid);
    this.connection.sql('UPDATE jobs SET progress_seq = ? WHERE key = ?').run(seq, job);
    return seq;
  }

  /** Within a transaction; a job has one end, the newest. */
  putComplete(job: number, body: Pick<CompleteEvent, 'status' | 'progress'>, at: number): number {
    this.connection.sql('DELETE FROM events WHERE seq = (SELECT complete_seq FROM jobs WHERE key = ?)').run(job);
    const { lastInsertRowid } = this.connection
      .sql(insertEvent)
      .run(job, eventTypes.complete, at, null, null, JSON.stringify(body));
    const seq = Number(lastInsertRowid);
    this.connection.sql('UPDATE jobs SET complete_seq = ? WHERE key = ?').run(seq, job);
    return seq;
  }

  /** Within a transaction. Takes back the `complete` event, and the failed items where asked for; says how many. */
  reopen(job: number, retryFailed: boolean): number {
    this.connection.sql('DELETE FROM events WHERE seq = (SELECT complete_seq FROM jobs WHERE key = ?)').run(job);
    this.connection.sql('UPDATE jobs SET complete_seq = NULL WHERE key = ?').run(job);
    if (!retryFailed) return 0;
    const results = this.connection.sql('DELETE FROM events WHERE job = ? AND ok = 0').run(job);
    const items = this.connection
      .sql('DELETE FROM item_states WHERE state = 2 AND key > ? AND key <= ?')
      .run(itemKey(job, 0), lastKey(job));
    if (results.changes !== items.changes)
      throw new DamagedRow('items failed without a result, or the other way round');
    return items.changes;
  }

  after(job: number, jobId: string, seq: number, limit: number | PageLimit): readonly BatchEvent[] {
    const text = `SELECT ${columns} FROM events e WHERE e.job = ? AND e.seq > ? ORDER BY e.seq LIMIT ?`;
    return this.connection.read(() =>
      checkEvents(this.connection.page<EventRow>(text, limit, job, seq), job, seq).map((row) => toEvent(jobId, row)),
    );
  }

  lastSeq(job: number): number {
    const row = this.connection.read(() =>
      this.connection.sql('SELECT max(seq) AS seq FROM events WHERE job = ?').get(job),
    );
    return (row as { readonly seq: number | null }).seq ?? 0;
  }

  newestSeq(): number {
    const row = this.connection.read(() => this.connection.sql('SELECT max(seq) AS seq FROM events').get());
    return (row as { readonly seq: number | null }).seq ?? 0;
  }

  /** The event a column of the job's row points at. */
  pointed(job: number, jobId: string, column: 'progress_seq' | 'complete_seq'): BatchEvent | undefined {
    const text = `SELECT ${columns} FROM events e WHERE e.seq = (SELECT ${column} FROM jobs WHERE key = ?)`;
    return this.connection.read(() => {
      const row = this.connection.sql(text).get(job) as EventRow | undefined;
      if (row === undefined) return undefined;
      if (row.job !== job || row.type !== pointedTypes[column]) throw new DamagedRow('an event is not the one meant');
      return toEvent(jobId, row);
    });
  }

  results(job: number, after: number, limit: number | PageLimit, filter: ResultFilter): readonly PlacedResult[] {
    const text = `SELECT ${columns} FROM events e
      WHERE e.job = ? AND e.seq > ? AND e.type = ${String(eventTypes.item)} ${filters[filter]} ORDER BY e.seq LIMIT ?`;
    return this.connection.read(() => {
      const rows = this.connection.page<EventRow>(text, limit, job, after);
      return checkEvents(rows, job, after).map((row) => toPlacedResult(row, filter));
    });
  }

  resultsInOrder(job: number, after: number, limit: number | PageLimit, filter: ResultFilter): readonly PlacedResult[] {
    // A left join: a result that is not where its item says must not be passed over.
    const text = `SELECT s.key, ${columns} FROM item_states s LEFT JOIN events e ON e.seq = s.seq
      WHERE s.key > ? AND s.key <= ? AND ${states[filter]} ORDER BY s.key LIMIT ?`;
    const above = itemKey(job, after);
    return this.connection.read(() => {
      const rows = this.connection.page<SettledRow>(text, limit, above, lastKey(job));
      if (rows.some(({ key, item }) => item !== key)) {
        refuseMissing(this.connection, job);
        return [];
      }
      return checkKeys(rows, job, above, ({ key }) => key).map((row) => toPlacedResult(row, filter));
    });
  }
}
