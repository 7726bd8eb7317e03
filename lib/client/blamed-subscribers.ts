import { messageOf } from '../core/errors.js';
import type { ActiveJob } from '../job/active-job.js';
import type { Log } from '../log/logger.js';

/** What a subscriber threw is said at once, and thrown when the work it watched is over: no job stops for a broken view. */
export class BlamedSubscribers {
  /** Runs of which a subscriber has thrown. */
  readonly #blamed = new WeakSet<ActiveJob>();

  constructor(private readonly log: Log | undefined) {}

  blame(run: ActiveJob, error: unknown): void {
    if (this.#blamed.has(run)) return;
    this.#blamed.add(run);
    const text = `A subscriber of job "${run.jobId}" threw: ${messageOf(error)}`;
    this.log?.(text);
    process.emitWarning(text, {
      code: 'OPENAPI_BATCH_SUBSCRIBER',
      detail: 'The job goes on; the error is thrown when it has ended.',
    });
    run.ended$.subscribe({ error: () => undefined, complete: () => reportLater(error) });
  }
}

/** As RxJS reports what nobody handles. */
function reportLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
