import { catchError, concat, defer, EMPTY, ignoreElements, takeUntil, tap, type Observable } from 'rxjs';
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
  #reading = false;
  #grown = false;

  constructor(private readonly options: JobInputOptions) {
    this.#intakes = [...options.intakes];
  }

  /** One more input; false when reading is over. */
  accept(intake: Intake): boolean {
    if (!this.#reading) return false;
    this.#intakes.push(intake);
    return true;
  }

  /** Ready to take further inputs, also before `read$` is subscribed to. */
  begin(): void {
    this.#reading = this.#intakes.length > 0;
  }

  /** Reads everything; emits nothing itself. A failure of the store errors it, one of the input does not. */
  read(): Observable<never> {
    const { lease, state, startAfterInput, partial, stopped$, onFailure } = this.options;
    if (this.#intakes.length === 0) return defer(() => this.#ended(state.record.inputComplete || partial));
    if (!startAfterInput && state.atWork) state.queue.open();
    return concat(
      this.#readFrom(0).pipe(
        tap((total) => this.#grew(total)),
        ignoreElements(),
        takeUntil(stopped$),
      ),
      defer(() => this.#ended(this.#intakes.every((intake) => intake.ended))),
    ).pipe(
      catchError((error: unknown) => {
        this.#reading = false;
        const failure = toBatchError(error, lease.jobId);
        if (!isOfInput(failure)) throw failure;
        onFailure(failure);
        return EMPTY;
      }),
    );
  }

  /** `hold`: the source stays where it is, for a later run of this client. */
  close(hold: boolean): void {
    if (!hold) for (const intake of this.#intakes) intake.close();
  }

  /** Another input may be added while one is read. */
  #readFrom(index: number): Observable<number> {
    const intake = this.#intakes[index];
    if (intake === undefined) return EMPTY;
    const { lease, state } = this.options;
    return concat(
      intake.read(lease, state.tracker.total),
      defer(() => this.#readFrom(index + 1)),
    );
  }

  #grew(total: number): void {
    const { state, startAfterInput, onProgress } = this.options;
    if (!this.#grown) state.update({ inputComplete: false });
    this.#grown = true;
    state.tracker.total = total;
    state.tracker.totalKnown = false;
    if (startAfterInput) return;
    if (!state.atWork) this.#reopen();
    state.queue.inputGrew();
    onProgress();
  }

  #ended(whole: boolean): Observable<never> {
    const { state, onProgress } = this.options;
    this.#reading = false;
    // Stopped in the middle: what is read later belongs to another run.
    if (!whole && this.#intakes.length > 0) return EMPTY;
    if (whole) {
      state.tracker.totalKnown = true;
      if (!state.record.inputComplete) state.update({ inputComplete: true });
    }
    if (this.#grown && !state.atWork) this.#reopen();
    state.queue.open();
    state.queue.inputGrew(true);
    onProgress();
    return EMPTY;
  }

  #reopen(): void {
    this.options.state.reopen();
    this.options.state.queue.open();
  }
}

/** Whether the caller's items or source are at fault, not our store. */
function isOfInput({ code }: BatchError): boolean {
  return !code.startsWith('store_') && code !== 'disk_full' && code !== 'lease_lost' && code !== 'internal';
}
