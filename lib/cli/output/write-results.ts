import { concatMap, EMPTY, lastValueFrom } from 'rxjs';
import type { BatchJob, ResultsOptions } from '../../job/batch-job.js';
import { resultLine } from '../../jsonl/result-line.js';
import type { LineSink } from './line-sink.js';

/** Writes the results a job has now. Rejects with what the sink threw; the sink is discarded then. */
export async function writeResults(job: BatchJob, sink: LineSink, options: ResultsOptions): Promise<void> {
  const lines$ = job.results(options).pipe(concatMap((result) => sink.write(resultLine(result)) ?? EMPTY));
  try {
    await lastValueFrom(lines$, { defaultValue: undefined });
    await sink.commit();
  } catch (error) {
    sink.discard();
    throw error;
  }
}
