/** A moment, and what had been spent by then. */
export interface Moment {
  readonly at: number;
  readonly spent: number;
}

/** What an answer told was left, with the moments it may be about. */
export interface Telling {
  readonly remaining: number;
  readonly sent: Moment;
  readonly answered: Moment;
}

/** Readings before the two are told apart, how much better the one must predict, and requests that they differ by. */
const least = { readings: 20, better: 0.5, apart: 3 };
const forgetting = 0.1;

/**
 * Whether a provider reckons what is left when it lets a request in, or when it writes the answer, seconds later: whichever
 * foretells the next reading better.
 */
export class ToldWhen {
  #before: Telling | undefined;
  #readings = 0;
  #errors = { sent: 0, answered: 0 };

  /** One more reading of a bucket that fills with `perMs`; `unit` is what a usual request takes. */
  note(telling: Telling, perMs: number, unit: number): void {
    const before = this.#before;
    this.#before = telling;
    if (before === undefined) return;
    const error = (of: 'sent' | 'answered'): number => {
      const flowed = perMs * (telling[of].at - before[of].at);
      return telling.remaining - before.remaining - flowed + telling[of].spent - before[of].spent;
    };
    const [sent, answered] = [error('sent'), error('answered')];
    // Where both foretell the same, chance would decide.
    if (Math.abs(sent - answered) < least.apart * unit) return;
    this.#readings++;
    this.#errors.sent += forgetting * (Math.abs(sent) - this.#errors.sent);
    this.#errors.answered += forgetting * (Math.abs(answered) - this.#errors.answered);
  }

  /** A full bucket spills: nothing follows from it for the next. */
  skip(): void {
    this.#before = undefined;
  }

  get atAnswer(): boolean {
    return this.#readings >= least.readings && this.#errors.answered < least.better * this.#errors.sent;
  }
}
