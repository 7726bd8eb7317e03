import { type BatchBehaviour, type BatchFailure, behaviourOf } from '../fake-server/batch-options.js';
import { BatchRun, type BatchWork, type Phase } from '../fake-server/batch-run.js';
import type { StoredFile } from '../fake-server/file-shelf.js';
import type { LedgerBatch } from '../fake-server/ledger-entry.js';
import { LineRunner } from '../fake-server/line-runner.js';
import { keepFile, tokenLimitExceeded } from './batch-end.js';
import { BatchInput } from './batch-input.js';
import { BatchOutput } from './batch-output.js';
import type { Endpoint } from './endpoints.js';
import type { Native } from './native.js';

/** A create request that was let in. */
export interface BatchOrder {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly inputFile: StoredFile;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Life of its output and error file. */
  readonly outputLifeMs: number;
}

/** One native batch: what it has to do at each change of its {@link BatchRun}. */
export class OpenAIBatch implements BatchWork {
  readonly behaviour: BatchBehaviour;
  readonly run: BatchRun;
  readonly input: BatchInput;
  readonly output: BatchOutput;
  readonly ledgerEntry: LedgerBatch;
  outputFileId: string | null = null;
  errorFileId: string | null = null;
  readonly #native: Native;
  readonly #n: number;
  #lines: LineRunner | undefined;
  #entered = false;

  constructor(
    readonly order: BatchOrder,
    native: Native,
  ) {
    const { parts, batches } = native;
    const { id, endpoint, inputFile, metadata } = order;
    this.#native = native;
    this.#n = batches.size + 1;
    this.behaviour = behaviourOf({ n: this.#n, id, marker: metadata }, parts.batchOptions(), {});
    const at = parts.clock.now();
    this.ledgerEntry = {
      id,
      at,
      marker: metadata,
      inputFile: inputFile.id,
      status: 'validating',
      model: '',
      requests: 0,
      tokens: 0,
      billed: 0,
    };
    this.input = new BatchInput(endpoint, native.options.models);
    this.output = new BatchOutput(native, endpoint, this.ledgerEntry);
    this.run = new BatchRun(this, this.behaviour, at);
  }

  get id(): string {
    return this.order.id;
  }

  size(): number {
    return this.#lines?.size ?? 0;
  }

  async validate(): Promise<readonly BatchFailure[]> {
    const { parts, enqueued } = this.#native;
    const { enqueuedTokens, ...limits } = parts.batchOptions();
    await this.input.check(this.order.inputFile.path, limits);
    const { failures, places, model, tokens } = this.input;
    if (failures.length > 0) return failures;
    if (!enqueued.enter(model, tokens, enqueuedTokens)) return [tokenLimitExceeded(model, enqueuedTokens ?? 0)];
    this.#entered = true;
    parts.ledger.maxEnqueuedTokens = enqueued.max;
    Object.assign(this.ledgerEntry, { model, requests: places.length, tokens });
    const shuffleSeed = this.behaviour.shuffle ? parts.seed + this.#n : undefined;
    this.#lines = new LineRunner(
      this.order.inputFile.path,
      places,
      (text, place) => this.output.run(text, place),
      parts.signal,
      shuffleSeed,
    );
    return [];
  }

  async runTo(count: number): Promise<void> {
    await this.#lines?.runTo(count);
  }

  async finish(phase: 'completed' | 'cancelled' | 'expired', at: number): Promise<void> {
    const { output, errors } = this.output;
    if (phase === 'expired') await this.#expireRest();
    if (phase === 'completed') for (let n = 1; n <= this.behaviour.foreignLines; n++) await this.output.writeForeign(n);
    await output.close();
    await errors.close();
    if (output.bytes > 0) this.outputFileId = keepFile(output, 'output', this.order, this.#native, at);
    const keepErrors = errors.bytes > 0 || this.behaviour.noErrors === 'empty-file';
    if (keepErrors) this.errorFileId = keepFile(errors, 'error', this.order, this.#native, at);
  }

  changed(phase: Phase): void {
    this.ledgerEntry.status = phase === 'running' ? 'in_progress' : phase;
    if (!this.#entered || !['completed', 'cancelled', 'expired'].includes(phase)) return;
    this.#native.enqueued.leave(this.input.model, this.input.tokens);
    this.#entered = false;
  }

  async #expireRest(): Promise<void> {
    const message = 'This request could not be executed before the completion window expired.';
    await this.#lines?.skipRest(async (text, place) => {
      const { custom_id: id } = JSON.parse(text) as { readonly custom_id: string };
      await this.output.writeError(id, place, 'batch_expired', message);
    });
  }
}
