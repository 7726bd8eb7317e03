import type { BatchFault, NativeOutcome, NativeResult, RemoteBatch, RemoteStatus } from '../provider/native.js';

/** A line of a scripted batch's input. */
export interface ScriptedLine {
  readonly key: string;
  readonly itemId: string;
  /** Place in the batch, from 0. */
  readonly position: number;
  /** How often this item has been in a batch, this one included. */
  readonly time: number;
}

/** How one batch lives. Milliseconds of the scheduler. */
export interface ScriptedPlan {
  /** From creation to the end. Default 1,000. */
  readonly runMs?: number;
  /** Default `completed`. */
  readonly end?: 'completed' | 'expired' | 'cancelled' | 'failed';
  /** Why it failed as a whole. */
  readonly faults?: readonly BatchFault[];
  /** What the output says of a line; null leaves it out. Default: ok with `re: <itemId>`. */
  readonly answer?: (line: ScriptedLine) => NativeOutcome | null;
  /** Further lines of the output, before the others. */
  readonly more?: readonly NativeResult[];
  /** Ended, but the output is named so much later. Default 0. */
  readonly lateOutputMs?: number;
  /** How long it is missing in the list. Default 0. */
  readonly listLagMs?: number;
  /** From a request to cancel to the end. Default 100. */
  readonly cancelMs?: number;
  /** Lines answered by the time it is cancelled. Default 0. */
  readonly answeredAtCancel?: number;
  /** Lines answered by the time it fails. Default 0. */
  readonly answeredAtFailure?: number;
  /** Downloads break off after one page, so often. Default 0. */
  readonly cuts?: number;
  /** Results in one page. Default 3. */
  readonly pageSize?: number;
  /** Counts as told; default the true ones. */
  readonly counts?: RemoteBatch['counts'];
}

/** One batch of a scripted provider. */
export class ScriptedBatch {
  cutsLeft: number;
  #cancelledAt: number | undefined;
  #results: readonly NativeResult[] | undefined;

  constructor(
    readonly batchId: string,
    readonly marker: NonNullable<RemoteBatch['marker']>,
    readonly lines: readonly ScriptedLine[],
    readonly tokens: number,
    readonly createdAt: number,
    readonly plan: ScriptedPlan,
  ) {
    this.cutsLeft = plan.cuts ?? 0;
  }

  get endsAt(): number {
    const { runMs = 1_000, cancelMs = 100 } = this.plan;
    const planned = this.createdAt + runMs;
    return this.#cancelledAt === undefined ? planned : Math.min(planned, this.#cancelledAt + cancelMs);
  }

  cancel(now: number): void {
    if (now < this.endsAt) this.#cancelledAt ??= now;
  }

  status(now: number): RemoteStatus {
    const { runMs = 1_000, end = 'completed' } = this.plan;
    if (now < this.endsAt) return this.#cancelledAt === undefined ? 'running' : 'cancelling';
    return this.#cancelledAt !== undefined && this.endsAt < this.createdAt + runMs ? 'cancelled' : end;
  }

  /** Everything its output says, once it has ended. */
  results(now: number): readonly NativeResult[] {
    return (this.#results ??= [...(this.plan.more ?? []), ...this.#answers(this.status(now))]);
  }

  /** Items a model has answered. */
  answered(now: number): readonly string[] {
    const status = this.status(now);
    if (status === 'running' || status === 'cancelling') return [];
    const keys = new Set(this.results(now).flatMap((result) => (result.kind === 'ok' ? [result.key] : [])));
    return this.lines.filter(({ key }) => keys.has(key)).map(({ itemId }) => itemId);
  }

  toRemote(now: number): RemoteBatch {
    const status = this.status(now);
    const ended = now >= this.endsAt + (this.plan.lateOutputMs ?? 0) && now >= this.endsAt;
    const answered = status === 'failed' ? (this.plan.answeredAtFailure ?? 0) : 0;
    const done = status === 'completed' ? this.lines.length : answered;
    return {
      batchId: this.batchId,
      status,
      said: status,
      marker: this.marker,
      counts: this.plan.counts ?? { total: this.lines.length, completed: done, failed: 0 },
      outputs: ended && (status !== 'failed' || answered > 0) ? [`output-of-${this.batchId}`] : [],
      inputFileId: `file-of-${this.batchId}`,
      faults: status === 'failed' ? (this.plan.faults ?? []) : [],
      createdAt: this.createdAt,
    };
  }

  #answers(status: RemoteStatus): readonly NativeResult[] {
    const { answer = echo, answeredAtCancel = 0, answeredAtFailure = 0 } = this.plan;
    const reached = status === 'failed' ? this.lines.slice(0, answeredAtFailure) : this.lines;
    return reached.flatMap((line): readonly NativeResult[] => {
      if (status === 'cancelled' && line.position >= answeredAtCancel)
        return [{ key: line.key, kind: 'unprocessed', code: 'cancelled', message: 'cancelled' }];
      const outcome = answer(line);
      return outcome === null ? [] : [{ key: line.key, ...outcome }];
    });
  }
}

function echo({ itemId }: ScriptedLine): NativeOutcome {
  return { kind: 'ok', output: `re: ${itemId}`, usage: { inputTokens: 1, outputTokens: 1 } };
}
