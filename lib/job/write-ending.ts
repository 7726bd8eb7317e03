import { isBatchError, type BatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { ActiveJobOptions } from './active-job-options.js';
import { inputIncomplete, jobEnd } from './job-ending.js';
import type { RunState } from './run-state.js';
import type { StopSignal } from './stop-signal.js';

/** A run at its end. */
export interface EndingRun extends Pick<ActiveJobOptions, 'store' | 'lease' | 'record' | 'created' | 'partial'> {
  readonly state: RunState;
  readonly signal: StopSignal;
}

/** Writes how the run ended and gives the job back; the events of that are the last ones. */
export function writeEnding(run: EndingRun): readonly BatchEvent[] {
  const { store, lease, partial, state, signal } = run;
  if (!state.atWork) {
    // Nothing new in the input of a completed job: it stays as it was, and says so again.
    const completion = store.completion(lease.jobKey);
    store.release(lease);
    return completion !== undefined && signal.request?.kind !== 'stop' ? [completion] : [];
  }
  if (!state.record.inputComplete && !partial) signal.note(inputIncomplete(lease.jobId));
  refuseLostItems(run);
  const end = endOf(run);
  if ('reason' in end) signal.note({ kind: 'stop', status: 'failed', code: 'internal', message: end.reason.message });
  const events = store.finish(lease, end);
  store.release(lease);
  return events;
}

/** Nothing is left to be sent, and nothing stopped the run, so each item has a result; or the file has lost some. */
function refuseLostItems({ store, lease, state, signal }: EndingRun): void {
  const { done, total } = state.progress;
  if (signal.request !== undefined || done >= total || store.claim(lease, state.lowWater, 1).length > 0) return;
  // Should somebody mend the file, the next run looks at all of them.
  state.lowWater = 0;
  throw store.damage(`${String(total - done)} of ${String(total)} items have no result, and cannot be found`);
}

/** Moves the log into the file. The end is durable without that, and was told: where it fails, another time will do. */
export function tidyUp({ store }: Pick<EndingRun, 'store'>): void {
  try {
    store.checkpoint();
  } catch {
    // Nothing is lost; what is wrong with the store its next write will say.
  }
}

/** The input was refused before anything was sent: a new job goes, an old one is as it was. */
export function undoRun({ store, lease, record, created }: EndingRun): void {
  if (!created) {
    store.truncateItems(lease, record.total);
    const { status, reason, inputComplete, settings } = record;
    store.updateJob(lease, { status, reason, inputComplete, settings });
  }
  store.release(lease);
  if (created) store.deleteJob(lease.jobId);
}

/** The run broke off: what can still be recorded is. */
export function recordFailure(run: EndingRun, { code, message }: BatchError): void {
  const { store, lease, signal } = run;
  signal.override({ kind: 'stop', status: 'failed', code, message });
  try {
    store.finish(lease, endOf(run));
    store.release(lease);
  } catch (second) {
    // The store itself is what failed; the error in hand says so, and the job shows as interrupted.
    if (!isBatchError(second)) throw second;
  }
}

function endOf({ state, signal }: EndingRun) {
  const { lowWater } = state;
  return jobEnd({ stop: signal.request, lowWater, snapshot: (...end) => state.snapshot(...end) });
}
