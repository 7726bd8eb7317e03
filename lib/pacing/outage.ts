import { backoffDelay } from '../core/backoff.js';

/** What is known of a failure that another time may not see. */
export interface Breakdown {
  /** The server was never reached (no name, no connection): no request's own fault. */
  readonly unreached: boolean;
  /** When the request failed first, by the clock of the limiter; undefined where this is the first time. */
  readonly firstFailedAt: number | undefined;
}

/** Requests that failed in a row for the first time, without one answer, are an outage. */
const enough = 20;
/** A failure that did not reach the server is worth so many, the first or not. */
const worthUnreached = 7;
/** Between probes. */
const probes = { baseMs: 1_000, maxMs: 30_000 };

/**
 * Whether the other side, or the way to it, is gone: then a failure is nobody's fault, and one request at a time asks whether
 * it is back. Any answer ends it, a refusal too. Requests that failed, and fail again though others sent later were answered,
 * may be at fault themselves: they are no evidence, and pay for their attempts.
 */
export class Outage {
  #failures = 0;
  #since: number | null = null;
  #probes = 0;
  #until = 0;
  #everAnswered = false;
  /** The latest moment at which a request was sent that was answered. */
  #answeredSentAt = -Infinity;

  constructor(private readonly random: () => number) {}

  /** True where the attempt should not be counted: nothing works, or nothing was sent. */
  failed({ unreached, firstFailedAt }: Breakdown, now: number): boolean {
    if (firstFailedAt !== undefined && this.#answeredSentAt >= firstFailedAt) return false;
    this.#since ??= now;
    if (this.on) return true;
    const worth = firstFailedAt === undefined ? 1 : 0;
    this.#failures += unreached ? worthUnreached : worth;
    if (this.#failures < enough) return unreached;
    this.#close(now);
    return true;
  }

  /** `sentAt`: when the request went that was answered. */
  answered(sentAt: number): void {
    this.#everAnswered = true;
    if (sentAt > this.#answeredSentAt) this.#answeredSentAt = sentAt;
    this.forgive();
  }

  /** A request goes: the next one asks later. */
  granted(now: number): void {
    if (this.on) this.#close(now);
  }

  get on(): boolean {
    return this.#failures >= enough;
  }

  /** Epoch milliseconds of the next probe; 0 where there is no outage. */
  get until(): number {
    return this.#until;
  }

  /** Milliseconds since the first failure of an outage, or 0; and whether anything was ever answered. */
  lasted(now: number): OutageLength {
    return { ms: this.on && this.#since !== null ? now - this.#since : 0, everAnswered: this.#everAnswered };
  }

  /** A new run gives it a new chance. */
  forgive(): void {
    this.#failures = 0;
    this.#since = null;
    this.#probes = 0;
    this.#until = 0;
  }

  #close(now: number): void {
    this.#probes++;
    this.#until = now + probes.baseMs / 2 + backoffDelay(this.#probes, probes, this.random);
  }
}

export interface OutageLength {
  readonly ms: number;
  readonly everAnswered: boolean;
}
