import type { LimitObservation } from '../core/limits.js';
import type { Breakdown } from './outage.js';

/** What a good answer told. */
export interface PermitAnswer {
  readonly limits?: LimitObservation | undefined;
  /** Tokens the provider counts for it, where it counts actual use. */
  readonly usedTokens?: number | undefined;
}

/** What a refusal told. */
export interface PermitRefusal {
  readonly limits?: LimitObservation | undefined;
  /** Milliseconds the provider asks to wait. */
  readonly waitMs?: number | undefined;
  /** Others pass while this one is refused over and over: it waits by itself and holds nobody. */
  readonly alone?: boolean | undefined;
}

/** How a request failed that another time may pass. */
export interface PermitFailure extends Breakdown {
  /** `timeout`: no answer came in time; `overloaded`: the provider has too much to do; `broken`: anything else. */
  readonly kind: 'timeout' | 'overloaded' | 'broken';
}

/** The right to send one request. Exactly one of its verbs ends it; a second call does nothing. */
export interface Permit {
  succeeded(answer?: PermitAnswer): void;
  /** The provider refused for its rate. Returns the milliseconds this request itself should stay away, beside the gate. */
  refused(refusal?: PermitRefusal): number;
  /** Nothing came of it. Returns whether nothing comes of anything: an outage, no fault of this request. */
  failed(failure: PermitFailure): boolean;
  /** The provider would not take this request at all: it used no tokens. */
  rejected(): void;
  /** None of these: it failed otherwise, or was given up. */
  released(): void;
}

/** What was granted. */
export interface Grant {
  /** Tokens the request was thought to take, before any correction. */
  readonly estimate: number;
  /** Tokens charged. */
  readonly tokens: number;
  /** When. */
  readonly at: number;
  /** Requests and tokens charged by then, this one included. */
  readonly requestsSpent: number;
  readonly tokensSpent: number;
}

/** Ends grants. */
export interface Settlement {
  succeeded(grant: Grant, answer: PermitAnswer): void;
  refused(grant: Grant, refusal: PermitRefusal): number;
  failed(grant: Grant, failure: PermitFailure): boolean;
  rejected(grant: Grant): void;
  released(grant: Grant): void;
}

/** A permit that is ended once. */
export class HeldPermit implements Permit {
  #open = true;

  constructor(
    private readonly grant: Grant,
    private readonly settlement: Settlement,
  ) {}

  succeeded(answer: PermitAnswer = {}): void {
    if (this.#close()) this.settlement.succeeded(this.grant, answer);
  }

  refused(refusal: PermitRefusal = {}): number {
    return this.#close() ? this.settlement.refused(this.grant, refusal) : 0;
  }

  failed(failure: PermitFailure): boolean {
    return this.#close() && this.settlement.failed(this.grant, failure);
  }

  rejected(): void {
    if (this.#close()) this.settlement.rejected(this.grant);
  }

  released(): void {
    if (this.#close()) this.settlement.released(this.grant);
  }

  #close(): boolean {
    const open = this.#open;
    this.#open = false;
    return open;
  }
}
