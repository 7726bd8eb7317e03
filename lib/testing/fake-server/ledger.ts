import type { Operation } from './call.js';

/**
 * How much a ledger remembers. `all`: every call, with the start of its body. `keys`: counts, and how often each
 * distinct body was billed. `counts`: numbers only, for benches of a million requests.
 */
export type LedgerMemory = 'all' | 'keys' | 'counts';

/** One call the server saw, or one line of a batch it ran. */
export interface LedgerEntry {
  /** Epoch milliseconds of its arrival, by the server's clock. */
  readonly at: number;
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  /** Stable hash of the body; of method and path where there is none. */
  readonly key: string;
  /** Of a batch line: its `custom_id` or `key`. */
  readonly itemId?: string;
  /** Of a batch line: its batch. */
  readonly batchId?: string;
  /** The body's first 4,000 characters; empty for uploads and batch lines. */
  readonly body: string;
  /** Fault that hit it, by name. */
  fault?: string;
  /** HTTP status answered; 0 while, or if, nothing was answered. */
  status: number;
  /** Whether a model produced an answer, which a user would pay for, received or not. */
  billed: boolean;
  /** Tokens billed. */
  tokens: number;
  /** Whether the whole answer went out before the connection ended. */
  delivered: boolean;
}

export type EntryStart = Omit<LedgerEntry, 'fault' | 'status' | 'billed' | 'tokens' | 'delivered'>;

const bodyLimit = 4_000;

/** What the server saw and what it would have charged for. */
export class Ledger {
  /** Every call, in order of arrival; empty unless the memory is `all`. */
  readonly entries: LedgerEntry[] = [];
  /** Ordinary requests seen. */
  requests = 0;
  /** All calls seen: requests, polls, uploads. */
  calls = 0;
  /** Calls answered 429. */
  refusals = 0;
  /** Answers billed: of ordinary requests and of batch lines. */
  billedCount = 0;
  tokens = 0;
  inFlight = 0;
  /** The most ordinary requests open at one time. */
  maxInFlight = 0;
  readonly #memory: LedgerMemory;
  readonly #billedPerKey = new Map<string, number>();
  readonly #statuses = new Map<number, number>();

  constructor(memory: LedgerMemory) {
    this.#memory = memory;
  }

  /** Entries that were billed; needs the memory `all`. */
  billed(): LedgerEntry[] {
    return this.entries.filter((entry) => entry.billed);
  }

  /** How often each distinct body was billed: every value above 1 was paid for twice. Empty with the memory `counts`. */
  billedPerKey(): Map<string, number> {
    return new Map(this.#billedPerKey);
  }

  /** Calls answered per HTTP status; 0 counts those never answered. */
  statuses(): Map<number, number> {
    return new Map(this.#statuses);
  }

  /** Whether keys are worth their computing. */
  get needsKeys(): boolean {
    return this.#memory !== 'counts';
  }

  /** @internal */
  open(start: EntryStart): LedgerEntry {
    const entry = {
      ...start,
      body: start.body.slice(0, bodyLimit),
      status: 0,
      billed: false,
      tokens: 0,
      delivered: false,
    };
    if (this.#memory === 'all') this.entries.push(entry);
    if (entry.operation !== 'batch.line') this.calls++;
    if (entry.operation === 'request') {
      this.requests++;
      this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
    }
    return entry;
  }

  /** @internal What was produced, at the moment it is produced: a client that is gone by then has paid for it too. */
  bill(entry: LedgerEntry, tokens: number): void {
    entry.billed = true;
    entry.tokens = tokens;
    this.billedCount++;
    this.tokens += tokens;
    if (this.needsKeys) this.#billedPerKey.set(entry.key, (this.#billedPerKey.get(entry.key) ?? 0) + 1);
  }

  /** @internal */
  close(entry: LedgerEntry, status: number, delivered: boolean): void {
    entry.status = status;
    entry.delivered = delivered;
    if (entry.operation === 'request') this.inFlight--;
    if (status === 429) this.refusals++;
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }
}
