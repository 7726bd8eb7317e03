import {
  asyncScheduler,
  concat,
  defer,
  map,
  mergeMap,
  of,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type {
  BatchSubmission,
  NativeCapability,
  NativeCaps,
  NativeVerdict,
  RemoteBatch,
  ResultPage,
  SubmitStep,
} from '../provider/native.js';
import type { Provider } from '../provider/provider.js';
import { ScriptedBatch, type ScriptedLine, type ScriptedPlan } from './scripted-batch.js';

export type ScriptedCall = Parameters<NativeCapability['classify']>[1];

/** What a script knows of a batch at its creation. */
export interface ScriptedCreation {
  /** From 1, in order of creation. */
  readonly n: number;
  readonly marker: BatchSubmission['marker'];
  readonly lines: readonly ScriptedLine[];
}

/**
 * What becomes of a create: it happens; it happens and the answer is lost; it is lost on the way; or it is refused with a
 * verdict.
 */
export type ScriptedCreate = 'created' | 'answer lost' | 'never arrived' | NativeVerdict;

export interface ScriptedNativeOptions {
  readonly plan?: (creation: ScriptedCreation) => ScriptedPlan;
  /** By number of the create, from 1. Default `created`. */
  readonly create?: (n: number) => ScriptedCreate;
  /** Makes a call fail, by its number among those of its kind, from 1. */
  readonly fail?: (call: Exclude<ScriptedCall, 'submit'>, n: number) => NativeVerdict | undefined;
  /** Enqueued tokens above which a batch fails, late. Each line counts 1 token, or what its input's `tokens` says. */
  readonly enqueuedTokens?: number;
  readonly caps?: Partial<NativeCaps>;
  /** Milliseconds of each call. Default 10. */
  readonly latencyMs?: number;
  readonly auto?: NativeCapability['auto'];
  readonly scheduler?: SchedulerLike;
}

/** What a scripted provider has seen. */
export interface ScriptedNativeLog {
  readonly batches: readonly ScriptedBatch[];
  /** Creates tried, whether or not they arrived. */
  readonly creates: number;
  readonly calls: Readonly<Record<ScriptedCall, number>>;
  /** Files deleted. */
  readonly cleaned: readonly string[];
  /** The most tokens that were enqueued at one time. */
  readonly maxEnqueued: number;
  /** How often each item was answered in batches that have ended: above 1 was paid for twice. */
  answered(): ReadonlyMap<string, number>;
}

export interface ScriptedNativeProvider extends Provider {
  readonly native: NativeCapability;
  readonly batchLog: ScriptedNativeLog;
}

class ScriptedFault extends Error {
  constructor(readonly verdict: NativeVerdict) {
    super(verdict.kind === 'fail' || verdict.kind === 'stop' ? verdict.error.message : verdict.message);
  }
}

const caps: NativeCaps = {
  maxRequests: 50_000,
  maxBytes: 200_000_000,
  maxInputs: 50_000,
  maxBatches: 100,
  creationsPerHour: 2_000,
  enqueuedTokens: null,
};

/**
 * A provider whose batches live on the clock of a test: what each creation, poll and download does is written down
 * beforehand. Its state outlives clients, as a provider's does.
 */
export function scriptedNative(options: ScriptedNativeOptions = {}): ScriptedNativeProvider {
  const server = new ScriptedServer(options);
  return {
    name: 'scripted',
    defaultModel: 'model',
    request: (item) => of({ output: `re: ${item.itemId}` }),
    native: server,
    batchLog: server,
  };
}

class ScriptedServer implements NativeCapability, ScriptedNativeLog {
  readonly caps: NativeCaps;
  readonly auto: NativeCapability['auto'];
  readonly batches: ScriptedBatch[] = [];
  readonly calls = { submit: 0, poll: 0, find: 0, results: 0, cancel: 0 };
  readonly cleaned: string[] = [];
  creates = 0;
  maxEnqueued = 0;
  readonly #times = new Map<string, number>();
  readonly #scheduler: SchedulerLike;

  constructor(private readonly options: ScriptedNativeOptions) {
    this.caps = { ...caps, ...options.caps };
    this.auto = options.auto ?? { sensible: true, reason: 'scripted' };
    this.#scheduler = options.scheduler ?? asyncScheduler;
  }

  answered(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const batch of this.batches) {
      for (const itemId of batch.answered(this.#scheduler.now())) counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
    }
    return counts;
  }

  line({ itemId, input, model }: Parameters<NativeCapability['line']>[0], key: string) {
    const { tokens = 1, inputs = 1 } = (typeof input === 'object' ? input : {}) as { tokens?: number; inputs?: number };
    return { text: JSON.stringify({ key, itemId, tokens, input }), model: model ?? 'model', tokens, inputs };
  }

  submit(submission: BatchSubmission): Observable<SubmitStep> {
    const upload$ = this.#call('submit').pipe(
      map((): SubmitStep => ({ step: 'uploaded', fileId: `file-${String(this.calls.submit)}` })),
    );
    const create$ = defer(() => timer(this.options.latencyMs ?? 10, this.#scheduler)).pipe(
      mergeMap(() => this.#create(submission)),
    );
    return submission.fileId === undefined ? concat(upload$, create$) : create$;
  }

  find(run: string): Observable<RemoteBatch> {
    return this.#call('find').pipe(
      mergeMap(() => {
        const now = this.#scheduler.now();
        return this.batches
          .filter(({ marker, createdAt, plan }) => marker.run === run && createdAt + (plan.listLagMs ?? 0) <= now)
          .map((batch) => batch.toRemote(now));
      }),
    );
  }

  poll(batchId: string): Observable<RemoteBatch> {
    return this.#call('poll').pipe(map(() => this.#require(batchId).toRemote(this.#scheduler.now())));
  }

  cancel(batchId: string): Observable<RemoteBatch> {
    return this.#call('cancel').pipe(
      map(() => {
        const batch = this.#require(batchId);
        batch.cancel(this.#scheduler.now());
        return batch.toRemote(this.#scheduler.now());
      }),
    );
  }

  /** Offsets count results. */
  results(output: string, from: number): Observable<ResultPage> {
    return this.#call('results').pipe(
      mergeMap(() => {
        const batch = this.#require(output.replace('output-of-', ''));
        const { pageSize = 3 } = batch.plan;
        const results = batch.results(this.#scheduler.now());
        const pages: ResultPage[] = [];
        for (let at = from; at < results.length; at += pageSize) {
          pages.push({ results: results.slice(at, at + pageSize), offset: Math.min(results.length, at + pageSize) });
        }
        if (batch.cutsLeft === 0) return of(...pages);
        batch.cutsLeft--;
        return concat(
          of(...pages.slice(0, 1)),
          throwError(() => new ScriptedFault({ kind: 'retry', message: 'cut' })),
        );
      }),
    );
  }

  cleanUp(fileIds: readonly string[]): Observable<unknown> {
    return defer(() => {
      this.cleaned.push(...fileIds);
      return of(undefined);
    });
  }

  classify(error: unknown): NativeVerdict {
    return error instanceof ScriptedFault ? error.verdict : { kind: 'retry', message: String(error) };
  }

  #create(submission: BatchSubmission): Observable<SubmitStep> {
    this.creates++;
    const outcome = this.options.create?.(this.creates) ?? 'created';
    if (typeof outcome === 'object') return throwError(() => new ScriptedFault(outcome));
    const lost$ = throwError(() => new ScriptedFault({ kind: 'ambiguous', message: outcome }));
    if (outcome === 'never arrived') return lost$;
    const batch = this.#add(submission);
    return outcome === 'answer lost' ? lost$ : of({ step: 'created', batch: batch.toRemote(this.#scheduler.now()) });
  }

  #add(submission: BatchSubmission): ScriptedBatch {
    const { marker } = submission;
    let tokens = 0;
    const lines = [...submission.lines()].map((text, position): ScriptedLine => {
      const line = JSON.parse(text) as { key: string; itemId: string; tokens: number };
      tokens += line.tokens;
      const time = (this.#times.get(line.itemId) ?? 0) + 1;
      this.#times.set(line.itemId, time);
      return { key: line.key, itemId: line.itemId, position, time };
    });
    const n = this.batches.length + 1;
    const now = this.#scheduler.now();
    const enqueued = this.batches.reduce((sum, batch) => sum + (now < batch.endsAt ? batch.tokens : 0), tokens);
    const { enqueuedTokens = Infinity, plan } = this.options;
    const crowded = enqueued > enqueuedTokens;
    if (!crowded) this.maxEnqueued = Math.max(this.maxEnqueued, enqueued);
    const batch = new ScriptedBatch(`batch-${String(n)}`, marker, lines, crowded ? 0 : tokens, now, {
      ...plan?.({ n, marker, lines }),
      ...(crowded ? { runMs: 50, end: 'failed', faults: [{ kind: 'quota', code: 'limit', message: 'too much' }] } : {}),
    });
    this.batches.push(batch);
    return batch;
  }

  #call(call: ScriptedCall): Observable<unknown> {
    return defer(() => {
      const n = ++this.calls[call];
      return timer(this.options.latencyMs ?? 10, this.#scheduler).pipe(
        map(() => {
          const verdict = call === 'submit' ? undefined : this.options.fail?.(call, n);
          if (verdict !== undefined) throw new ScriptedFault(verdict);
        }),
      );
    });
  }

  #require(batchId: string): ScriptedBatch {
    const batch = this.batches.find((one) => one.batchId === batchId);
    if (batch === undefined) throw new ScriptedFault({ kind: 'gone', message: `no batch ${batchId}` });
    return batch;
  }
}
