import type { LedgerBatch, LedgerEntry, LedgerMemory } from './ledger-entry.js';

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
  /** Ordinary requests that are open now. */
  inFlight = 0;
  /** Calls of any kind that are open now. */
  open = 0;
  /** The most ordinary requests open at one time. */
  maxInFlight = 0;
  readonly #memory: LedgerMemory;
  /** Every native batch created, oldest first. */
  readonly batches: LedgerBatch[] = [];
  /** The most input tokens enqueued at one time for one model in native batches. */
  maxEnqueuedTokens = 0;
  readonly #billedPerKey = new Map<string, number>();
  readonly #billedPerItem = new Map<string, number>();
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

  /** How often each `custom_id` or `key` was billed in native batches. Empty with the memory `counts`. */
  billedPerItem(): Map<string, number> {
    return new Map(this.#billedPerItem);
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
  begin(start: EntryStart): LedgerEntry {
    const entry = {
      ...start,
      body: start.body.slice(0, bodyLimit),
      status: 0,
      billed: false,
      tokens: 0,
      delivered: false,
    };
    if (this.#memory === 'all') this.entries.push(entry);
    if (entry.operation !== 'batch.line') {
      this.calls++;
      this.open++;
    }
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
    if (!this.needsKeys) return;
    countUp(this.#billedPerKey, entry.key);
    if (entry.itemId !== undefined) countUp(this.#billedPerItem, entry.itemId);
  }

  /** @internal Written before the answer goes out, so that whoever has the answer finds it here. */
  answer(entry: LedgerEntry, status: number): void {
    entry.status = status;
    if (entry.operation === 'batch.line') return;
    if (status === 429) this.refusals++;
    countUp(this.#statuses, status);
  }

  /** @internal The connection has the whole answer, or is gone. */
  close(entry: LedgerEntry, delivered: boolean): void {
    entry.delivered = delivered;
    this.open--;
    if (entry.operation === 'request') this.inFlight--;
  }
}

function countUp<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
