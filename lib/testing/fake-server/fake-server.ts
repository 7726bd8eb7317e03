import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { FakeApi } from './api.js';
import type { BatchOptions } from './batch-options.js';
import { realClock } from './clock.js';
import { Exchange } from './exchange.js';
import type { FaultPlan } from './fault.js';
import { FaultChooser } from './fault-plan.js';
import { Ledger } from './ledger.js';
import { Listener } from './listener.js';
import type { FakeServerOptions } from './options.js';
import type { ServerParts } from './server-parts.js';
import { TempFolder } from './temp-folder.js';
import type { NewQuota } from './quota.js';
import { Quotas } from './quotas.js';

/** A provider's API on a real local port. Close it, or the process stays alive. */
export class FakeServer {
  readonly #listener: Listener;
  readonly #stop = new AbortController();
  readonly #parts: ServerParts;
  readonly #basePath: string;
  #batchOptions: BatchOptions;
  #gate: Promise<void> = Promise.resolve();
  #open: (() => void) | undefined;

  /** @internal Use `startFakeOpenAI` or `startFakeGemini`. */
  constructor(options: FakeServerOptions, basePath: string, createApi: (parts: ServerParts) => FakeApi) {
    const { clock = realClock, seed = 1, latencyMs = 0 } = options;
    const ledger = new Ledger(options.ledger ?? 'all');
    const chooser = new FaultChooser(options.faults ?? [], seed);
    const { signal } = this.#stop;
    // Every open call listens.
    setMaxListeners(0, signal);
    this.#batchOptions = options.batches ?? {};
    this.#parts = {
      ...{ clock, ledger, chooser, seed, signal },
      quotas: new Quotas(options, clock),
      temp: new TempFolder(),
      batchOptions: () => this.#batchOptions,
      origin: () => this.origin,
    };
    this.#basePath = basePath;
    const latency = typeof latencyMs === 'number' ? (): number => latencyMs : latencyMs;
    const api = createApi(this.#parts);
    const exchange = new Exchange({ api, ledger, chooser, clock, latencyMs: latency, signal, ready: () => this.#gate });
    this.#listener = new Listener((incoming, response) => exchange.handle(incoming, response));
  }

  /** Every call seen, and what was billed. */
  get ledger(): Ledger {
    return this.#parts.ledger;
  }

  /** What an SDK wants as its base URL. */
  get url(): string {
    return this.origin + this.#basePath;
  }

  /** `http://127.0.0.1:PORT`. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Replaces the fault plan; attempts are counted anew. */
  setFaults(plan: FaultPlan): void {
    this.#parts.chooser.set(plan);
  }

  /** Changes limits in mid-run, `undefined` takes one away; every bucket starts full. */
  setQuota(quota: NewQuota): void {
    this.#parts.quotas.set(quota);
  }

  /** Changes how batches created from now on behave, and their limits. What is not given stays. */
  setBatches(options: BatchOptions): void {
    this.#batchOptions = { ...this.#batchOptions, ...options };
  }

  /** From now on requests are taken in but not answered. */
  pause(): void {
    if (this.#open) return;
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Answers what has waited, and goes on. */
  resume(): void {
    this.#open?.();
    this.#open = undefined;
  }

  /** Resolves when no call is open: from then on the ledger will not change by itself. A call that hangs is open. */
  async idle(): Promise<void> {
    while (this.ledger.open > 0) await delay(1);
  }

  /** @internal */
  async listen(port: number): Promise<this> {
    await this.#listener.listen(port);
    return this;
  }

  /** Ends every connection, also in mid-answer, and removes temporary files. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.resume();
    await this.#listener.close();
    await this.#parts.temp.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
