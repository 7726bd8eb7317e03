import { type BatchBehaviour, type BatchFailure, behaviourOf } from '../fake-server/batch-options.js';
import { BatchRun, type BatchWork, type Phase } from '../fake-server/batch-run.js';
import type { LedgerBatch } from '../fake-server/ledger-entry.js';
import { LineRunner } from '../fake-server/line-runner.js';
import { linesOf } from '../fake-server/lines.js';
import type { CheckedInput } from './batch-input.js';
import { BatchOutput } from './batch-output.js';
import type { ModelMethod } from './methods.js';
import type { Native } from './native.js';

const sixWeeksMs = 42 * 24 * 3_600_000;

/** A create request that was let in. */
export interface BatchOrder {
  readonly id: string;
  readonly method: Extract<ModelMethod, 'generateContent' | 'embedContent'>;
  readonly model: string;
  readonly displayName: string;
  /** `files/…`, or undefined for inline requests. */
  readonly fileName: string | undefined;
  /** The lines, on disk in either case. */
  readonly path: string;
  readonly input: CheckedInput;
}

/** One native batch: what it has to do at each change of its {@link BatchRun}. */
export class GeminiBatch implements BatchWork {
  readonly behaviour: BatchBehaviour;
  readonly run: BatchRun;
  readonly output: BatchOutput;
  readonly ledgerEntry: LedgerBatch;
  /** `files/…`, once it is there. */
  responsesFile: string | undefined;
  inlinedResponses: readonly unknown[] | undefined;
  readonly #native: Native;
  readonly #lines: LineRunner;

  constructor(
    readonly order: BatchOrder,
    native: Native,
  ) {
    const { parts, enqueued } = native;
    const { id, method, model, displayName, fileName, path, input } = order;
    this.#native = native;
    const defaults = { expiresAfterMs: 48 * 3_600_000, shuffle: false, cancellingMs: 0 };
    const n = parts.ledger.batches.length + 1;
    this.behaviour = behaviourOf({ n, id: `batches/${id}`, marker: displayName }, parts.batchOptions(), defaults);
    const at = parts.clock.now();
    this.ledgerEntry = {
      ...{ id: `batches/${id}`, at, marker: displayName, inputFile: fileName ?? null, status: 'PENDING', model },
      ...{ requests: input.places.length, tokens: input.tokens, billed: 0 },
    };
    this.output = new BatchOutput(native, method, this.ledgerEntry);
    const shuffleSeed = this.behaviour.shuffle ? parts.seed + n : undefined;
    this.#lines = new LineRunner(
      path,
      input.places,
      (text, place) => this.output.run(text, place),
      parts.signal,
      shuffleSeed,
    );
    this.run = new BatchRun(this, this.behaviour, at);
    parts.ledger.maxEnqueuedTokens = enqueued.max;
  }

  get name(): string {
    return `batches/${this.order.id}`;
  }

  size(): number {
    return this.#lines.size;
  }

  validate(): Promise<readonly BatchFailure[]> {
    return Promise.resolve(this.order.input.failures);
  }

  async runTo(count: number): Promise<void> {
    await this.#lines.runTo(count);
  }

  /** An expired batch has no output, and a cancelled one only where the options say so. */
  async finish(phase: 'completed' | 'cancelled' | 'expired', at: number): Promise<void> {
    const { parts, files, newId } = this.#native;
    const { file } = this.output;
    if (phase === 'completed') for (let n = 1; n <= this.behaviour.foreignLines; n++) await this.output.writeForeign(n);
    await file.close();
    if (phase === 'expired' || (phase === 'cancelled' && parts.batchOptions().outputAfterCancel !== true)) return;
    if (this.order.fileName === undefined) {
      const responses: unknown[] = [];
      for await (const { text } of linesOf(file.path)) responses.push(JSON.parse(text));
      this.inlinedResponses = responses;
      return;
    }
    const id = `batch-${newId()}`;
    files.add({
      ...{ id, path: file.path, bytes: file.bytes, filename: '', mimeType: 'application/jsonl', purpose: '' },
      ...{ sha256: file.digest(), generated: true, createdAt: at, expiresAt: at + sixWeeksMs },
    });
    this.responsesFile = `files/${id}`;
  }

  changed(phase: Phase): void {
    const { enqueued } = this.#native;
    this.ledgerEntry.status = stateNames[phase];
    if (this.run.ended) enqueued.leave(this.order.model, this.order.input.tokens);
  }
}

/** Gemini's states, without their prefix. */
export const stateNames: Readonly<Record<Phase, string>> = {
  validating: 'PENDING',
  running: 'RUNNING',
  finalizing: 'RUNNING',
  cancelling: 'RUNNING',
  completed: 'SUCCEEDED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  expired: 'EXPIRED',
};
