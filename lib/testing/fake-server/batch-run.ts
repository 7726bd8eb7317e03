import type { BatchBehaviour, BatchFailure } from './batch-options.js';

export type Phase =
  'validating' | 'failed' | 'running' | 'finalizing' | 'completed' | 'cancelling' | 'cancelled' | 'expired';

/** What a batch has to do, as its provider does it. */
export interface BatchWork {
  /** Reads and checks the input; any reason fails the batch. */
  validate(): Promise<readonly BatchFailure[]>;
  /** Number of lines, known after `validate`. */
  size(): number;
  /** Runs on until so many lines are done. */
  runTo(count: number): Promise<void>;
  /** Writes what is to be read at the end. */
  finish(phase: 'completed' | 'cancelled' | 'expired', at: number): Promise<void>;
  /** Called at each change. */
  changed(phase: Phase): void;
}

export interface Step {
  readonly phase: Phase;
  readonly at: number;
}

const ends: readonly Phase[] = ['failed', 'completed', 'cancelled', 'expired'];

/** The life of one batch: which step comes next, and what is done at it. {@link BatchSchedule} takes the steps. */
export class BatchRun {
  phase: Phase = 'validating';
  failures: readonly BatchFailure[] = [];
  /** When each phase was entered. */
  readonly times: Partial<Record<Phase, number>>;
  readonly #work: BatchWork;
  readonly #behaviour: BatchBehaviour;
  #lateCancel = false;

  constructor(work: BatchWork, behaviour: BatchBehaviour, now: number) {
    this.#work = work;
    this.#behaviour = behaviour;
    this.times = { validating: now };
  }

  get createdAt(): number {
    return this.times.validating ?? 0;
  }

  get expiresAt(): number {
    return this.createdAt + this.#behaviour.expiresAfterMs;
  }

  get ended(): boolean {
    return ends.includes(this.phase);
  }

  /** Runs the lines that are due. */
  async catchUp(now: number): Promise<void> {
    if (this.phase === 'running') await this.#work.runTo(this.#doneBy(now));
  }

  /** Begins to cancel; false if it has ended already. */
  cancel(now: number): boolean {
    if (this.ended) return false;
    this.#lateCancel ||= this.#behaviour.cancelLosesRace || this.phase === 'finalizing';
    if (this.phase !== 'cancelling') this.#enter('cancelling', now);
    return true;
  }

  /** The next change, and when it is due. */
  next(): Step | undefined {
    const { validatingMs, runMs, runMsPerRequest, finalizingMs, cancellingMs, stuckIn } = this.#behaviour;
    const since = this.times[this.phase] ?? 0;
    const orExpired = (phase: Phase, at: number): Step =>
      stuckIn === this.phase || at > this.expiresAt ? { phase: 'expired', at: this.expiresAt } : { phase, at };
    switch (this.phase) {
      case 'validating':
        return orExpired('running', since + validatingMs);
      case 'running':
        return orExpired('finalizing', since + runMs + runMsPerRequest * this.#work.size());
      case 'finalizing':
        return orExpired('completed', since + finalizingMs);
      case 'cancelling':
        return { phase: this.#lateCancel ? 'completed' : 'cancelled', at: since + cancellingMs };
      default:
        return undefined;
    }
  }

  async take({ phase, at }: Step): Promise<void> {
    if (phase === 'running') {
      this.failures = this.#behaviour.failWith ?? (await this.#work.validate());
      this.#enter(this.failures.length > 0 ? 'failed' : 'running', at);
      return;
    }
    // What is done at the end: everything, or what the time sufficed for.
    const all = phase === 'finalizing' || phase === 'completed';
    await this.#work.runTo(all ? this.#work.size() : this.#doneBy(this.times.cancelling ?? at));
    if (phase === 'completed' || phase === 'cancelled' || phase === 'expired') await this.#work.finish(phase, at);
    this.#enter(phase, at);
  }

  #enter(phase: Phase, at: number): void {
    this.phase = phase;
    this.times[phase] = at;
    this.#work.changed(phase);
  }

  /** Lines done by a time: an even share of the running time. */
  #doneBy(time: number): number {
    const { runMs, runMsPerRequest } = this.#behaviour;
    const size = this.#work.size();
    if (this.times.running === undefined) return 0;
    const duration = runMs + runMsPerRequest * size;
    const elapsed = time - this.times.running;
    return duration <= elapsed ? size : Math.floor((size * elapsed) / duration);
  }
}
