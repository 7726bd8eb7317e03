import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  Subject,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { toBatchError, type BatchError } from '../core/errors.js';
import type { Intake } from '../intake/intake.js';
import type { Lease } from '../store/store.js';
import type { RunState } from './run-state.js';

export interface JobInputOptions {
  readonly lease: Lease;
  readonly state: RunState;
  /** Inputs to read, one after the other. */
  readonly intakes: readonly Intake[];
  /** Send nothing before all is read. */
  readonly startAfterInput: boolean;
  /** No progress before all is read: a refused input must leave an old job as it was. */
  readonly silent: boolean;
  /** Whether it is known how the job runs, now that it has so many items: nothing is sent before. */
  readonly decide: (total: number, ended: boolean) => boolean;
  /** Finish with the items there are, although the input was never read to its end. */
  readonly partial: boolean;
  readonly stopped$: Observable<unknown>;
  /** A bad item or a failing source: reading is over. */
  readonly onFailure: (error: BatchError) => void;
  readonly onProgress: () => void;
}

/** The inputs of one run: reads them into the store and opens the queue when sending may begin. */
export class JobInput {
  readonly #intakes: Intake[];
  readonly #more = new Subject<void>();
  #next = 0;
  #reading = true;
  #grown = false;

  constructor(private readonly options: JobInputOptions) {
    this.#intakes = [...options.intakes];
  }

  /** One more input; false when the work is over. */
  accept(intake: Intake): boolean {
    const { queue } = this.options.state;
    if (queue.over) return false;
    this.#intakes.push(intake);
    if (this.#reading) return true;
    this.#reading = true;
    queue.inputAgain();
    this.#more.next();
    return true;
  }

  /**
   * Reads everything; emits nothing itself, completes after `sent$`. A failure of the store errors it, one of the input does
   * not: it ends the run in its own way.
   */
  read(sent$: Observable<unknown>): Observable<never> {
    const { lease, stopped$, onFailure } = this.options;
    const more$ = this.#more.pipe(
      concatMap(() => this.#readAll()),
      takeUntil(sent$),
    );
    return concat(
      defer(() => this.#readAll()),
      more$,
    ).pipe(
      catchError((error: unknown) => {
        this.#reading = false;
        const failure = toBatchError(error, lease.jobId);
        if (!isOfInput(failure)) throw failure;
        onFailure(failure);
        return EMPTY;
      }),
      takeUntil(stopped$),
    );
  }

  /** `hold`: the source stays where it is, for a later run of this client. */
  close(hold: boolean): void {
    if (!hold) for (const intake of this.#intakes) intake.close();
  }

  #readAll(): Observable<never> {
    const { state, startAfterInput, decide } = this.options;
    if (!startAfterInput && state.isCancelled) state.reopen();
    if (!startAfterInput && state.atWork && decide(state.tracker.total, false)) state.queue.open();
    return concat(
      this.#readNext(),
      defer(() => this.#ended()),
    );
  }

  /** Another input may be added while one is read. */
  #readNext(): Observable<never> {
    const intake = this.#intakes[this.#next];
    if (intake === undefined) return EMPTY;
    const { lease, state } = this.options;
    return concat(
      defer(() => intake.read(lease, state.tracker.total)).pipe(
        tap((total) => this.#grew(total)),
        ignoreElements(),
      ),
      defer(() => {
        this.#next++;
        return this.#readNext();
      }),
    );
  }

  #grew(total: number): void {
    const { state, startAfterInput, silent, decide, onProgress } = this.options;
    if (!this.#grown) state.update({ inputComplete: false });
    this.#grown = true;
    state.tracker.total = total;
    state.tracker.totalKnown = false;
    if (!startAfterInput) {
      this.#startWork();
      if (decide(total, false)) state.queue.open();
      state.queue.inputGrew();
    }
    if (!silent) onProgress();
  }

  #ended(): Observable<never> {
    const { state, partial, decide, onProgress } = this.options;
    this.#reading = false;
    if (this.#intakes.length > 0 || partial) {
      state.tracker.totalKnown = true;
      if (!state.record.inputComplete) state.update({ inputComplete: true });
    }
    if (this.#grown || state.isCancelled) this.#startWork();
    this.#grown = false;
    decide(state.tracker.total, true);
    state.queue.open();
    state.queue.inputGrew(true);
    onProgress();
    return EMPTY;
  }

  #startWork(): void {
    const { state, decide } = this.options;
    if (state.atWork) return;
    state.reopen();
    if (decide(state.tracker.total, false)) state.queue.open();
  }
}

/** Whether the caller's items or source are at fault, not our store. */
function isOfInput({ code }: BatchError): boolean {
  return !code.startsWith('store_') && code !== 'disk_full' && code !== 'lease_lost' && code !== 'internal';
}
