import type { BatchEvent } from '../../core/events.js';
import { count, emptyTally, type Tally } from '../../core/tally.js';
import type { Draft, Lease } from '../store.js';
import type { EventTable } from './event-table.js';
import { ResultWriter, type ResultRow } from './result-writer.js';
import type { ShardTable } from './shard-table.js';
import type { Connection } from './connection.js';

export interface WrittenGroup {
  /** In the order of the drafts. */
  readonly events: readonly BatchEvent[];
  /** What the group adds to the counts of its job. */
  readonly sums: Readonly<Tally>;
}

/** Writes the drafts of a group in their order, results that follow each other together. */
export class GroupWriter {
  readonly #results: ResultWriter;

  constructor(
    connection: Connection,
    private readonly events: EventTable,
    private readonly shards: ShardTable,
  ) {
    this.#results = new ResultWriter(connection);
  }

  /** Within a transaction. */
  write(lease: Lease, drafts: readonly Draft[], at: number): WrittenGroup {
    const events: BatchEvent[] = [];
    const sums = emptyTally();
    let results: ResultRow[] = [];
    const settle = (): void => {
      if (results.length > 0) this.#settle(lease, results, at, { events, sums });
      results = [];
    };
    for (const draft of drafts) {
      if (draft.type === 'item') {
        results.push(draft);
        continue;
      }
      settle();
      const event = this.#apply(lease, draft, at);
      if (event !== undefined) events.push(event);
    }
    settle();
    return { events, sums };
  }

  #settle(
    { jobId, jobKey }: Lease,
    results: readonly ResultRow[],
    at: number,
    { events, sums }: { readonly events: BatchEvent[]; readonly sums: Tally },
  ): void {
    const { before, second } = this.#results.settle(jobKey, results, at);
    let seq = before;
    for (const { result } of results) {
      seq++;
      if (second?.has(seq) === true) continue;
      events.push({ type: 'item', jobId, seq, at, itemId: result.itemId, result });
      count(sums, result);
    }
  }

  #apply({ jobId, jobKey }: Lease, draft: Exclude<Draft, { type: 'item' }>, at: number): BatchEvent | undefined {
    switch (draft.type) {
      case 'attempt':
        this.events.countAttempt(jobKey, draft.ordinal, draft.failures);
        return undefined;
      case 'progress': {
        const { progress } = draft;
        return { type: 'progress', jobId, seq: this.events.putProgress(jobKey, progress, at), at, progress };
      }
      case 'shard':
        this.shards.apply(jobKey, draft);
        return undefined;
      case 'note':
        this.shards.note(jobKey, draft);
        return undefined;
    }
  }
}
