import type { Writable } from 'node:stream';
import type { Subscription } from 'rxjs';
import type { Progress } from '../../core/progress.js';
import type { BatchJob } from '../../job/batch-job.js';
import { writeJson } from '../report.js';
import type { ProgressView } from './progress-view.js';

/** Milliseconds after which a view is told the same progress again: a countdown moves although nothing happens. */
const tickMs = 1_000;

/** Shows a job's progress from here on, and hands its events to `machine` if given, until unsubscribed. */
export function showProgress(job: BatchJob, view: ProgressView, machine: Writable | undefined): Subscription {
  let latest: Progress | undefined;
  const ticking = setInterval(() => {
    if (latest !== undefined) view.update(latest);
  }, tickMs);
  ticking.unref();
  const showing = job.events({ after: 'now' }).subscribe({
    next: (event) => {
      if (event.type !== 'progress') return;
      latest = event.progress;
      view.update(latest);
      if (machine !== undefined) writeJson(machine, event);
    },
    // How the job stops is told once, by whoever waits for it.
    error: () => clearInterval(ticking),
  });
  showing.add(() => clearInterval(ticking));
  return showing;
}
