import { BatchClient } from 'openapi-batch';
import { batchOptions } from './support/batch-options.js';
import { makeItems } from './support/items.js';
import { databaseIn, report, told } from './support/program.js';
import { peakMemoryMb } from './support/meters.js';
import { resultsToFile } from './support/results-to-file.js';

/** Submission, batches of 1,000 and results to a file, at the same time. */
const options = told<{ readonly port: number; readonly items: number }>();
const { items } = options;
const client = new BatchClient({ ...batchOptions(options.port), db: databaseIn(options) });
const job = client.map({
  ...{ items: makeItems(items), mode: 'native' as const, nativeCaps: { maxRequests: 1_000 } },
  pollIntervalMs: 100,
});
await resultsToFile(job, options, items);
report({ peakMb: peakMemoryMb() });
