import type { Call, Operation } from './call.js';
import type { Delivery, Reply } from './reply.js';

export interface FaultContext {
  readonly call: Call;
  /** What the server would have answered; undefined for a fault that comes before the work. */
  readonly good: Reply | undefined;
  /** Epoch milliseconds by the server's clock. */
  readonly now: number;
}

/**
 * Ways in which a batch's output goes wrong. `missing`: the line is run, billed and never written. `duplicate`: written
 * twice. `no-answer`: an error without an HTTP response. `status-zero`: a response with `status_code` 0, counted as
 * completed. `no-key`: written without the id it answers (Gemini).
 */
export type LineFault = 'missing' | 'duplicate' | 'no-answer' | 'status-zero' | 'no-key';

/** One way to misbehave. Plain data and a pure function: make your own as you need them. */
export interface Fault {
  /** Stands in the ledger. */
  readonly name: string;
  /** Whether the server first does the work, bills it and creates what was to be created. */
  readonly performs: boolean;
  /** Answered instead; left out, the good answer goes out (in the manner of `delivery`). */
  readonly reply?: (context: FaultContext) => Reply;
  /** Default: whole. */
  readonly delivery?: Delivery;
  /** What it does to a line of a native batch, beyond `reply`; without meaning elsewhere. */
  readonly line?: LineFault;
}

/** When a fault happens. All conditions given must hold; with none it always happens. */
export interface FaultRule {
  readonly fault: Fault;
  /** What kind of call; default `request`, the ordinary ones. Lines of native batches are `batch.line`. */
  readonly on?: Operation | readonly Operation[];
  /** A part of the body's text, a pattern for it, or a predicate. */
  readonly match?: string | RegExp | ((call: Call) => boolean);
  /** Numbers of the calls it happens to, from 1, among those of the same operation; or a predicate on the number. */
  readonly requests?: number | readonly number[] | ((n: number) => boolean);
  /** Only for the first so many attempts of each distinct body. */
  readonly firstAttempts?: number;
  /** In [0, 1]; decided by the server's seed, the body and the attempt, so a rerun repeats it in any order of arrival. */
  readonly probability?: number;
  /** At most so many times altogether. */
  readonly times?: number;
}

/** The first rule that applies decides. */
export type FaultPlan = readonly FaultRule[];

/** The same fault after the work is done: a batch that was created though its answer was a 500, for one. */
export function afterwards(fault: Fault): Fault {
  return { ...fault, name: `${fault.name} afterwards`, performs: true };
}
