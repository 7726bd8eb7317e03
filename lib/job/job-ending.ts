import type { Progress } from '../core/progress.js';
import type { JobStatus, StopReason } from '../core/job.js';
import type { StopRequest } from '../run/stop.js';
import type { JobEnd } from '../store/store.js';

export interface EndingOptions {
  readonly stop: StopRequest | undefined;
  readonly lowWater: number;
  readonly snapshot: (status: JobStatus, reason: StopReason | null) => Progress;
}

/** What is written when a run is over. */
export function jobEnd({ stop, lowWater, snapshot }: EndingOptions): JobEnd {
  if (stop === undefined) {
    const progress = snapshot('completed', null);
    if (progress.done >= progress.total) return { status: 'completed', lowWater, progress };
    // Never happens; but a job must not be called complete over items without a result. The next run looks at all of them.
    const reason = {
      code: 'internal',
      message: `Only ${String(progress.done)} of ${String(progress.total)} items have a result; resume the job`,
    };
    return { status: 'failed', reason, lowWater: 0, progress: snapshot('failed', reason) };
  }
  if (stop.kind === 'cancel') return { status: 'cancelled', lowWater, progress: snapshot('cancelled', null) };
  const { code, message, until } = stop;
  const reason = { code, message, ...(until === undefined ? {} : { until }) };
  return { status: stop.status, reason, lowWater, progress: snapshot(stop.status, reason) };
}

/** Everything stored is done, but more may belong to the job. */
export function inputIncomplete(jobId: string): StopRequest {
  const id = JSON.stringify(jobId);
  const message = `Everything stored was done, but the input of job ${id} was never read to its end; go on with the same map({ jobId: ${id}, items }), or finish without the rest: resume(${id}, { partial: true })`;
  return { kind: 'stop', status: 'paused', code: 'input_incomplete', message };
}
