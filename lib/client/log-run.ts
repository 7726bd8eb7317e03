import { merge, throttleTime, type SchedulerLike } from 'rxjs';
import { messageOf } from '../core/errors.js';
import type { ActiveJob } from '../job/active-job.js';
import { logLine, type Log } from '../log/logger.js';
import { ofType } from '../operators/of-type.js';

const everyMs = 2_000;

/** One line when a run starts, one every two seconds, one when it ends. */
export function logRun({ jobId, live$ }: ActiveJob, log: Log, scheduler: SchedulerLike): void {
  log(`job ${jobId} started`);
  const progress$ = live$.pipe(ofType('progress'), throttleTime(everyMs, scheduler));
  // The end is told at once: a program may be over right after it.
  merge(progress$, live$.pipe(ofType('complete'))).subscribe({
    next: (event) => log(logLine(event)),
    error: (error: unknown) => log(`job ${jobId} stopped: ${messageOf(error)}`),
  });
}
