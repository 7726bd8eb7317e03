import { BatchClient } from 'openapi-batch';
import { makeItems } from './support/items.js';
import { peakMemoryMb } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';
import { resultsToFile } from './support/results-to-file.js';

/** Submission, run and results to a file, at the same time. */
const options = told<{ readonly items: number }>();
const client = new BatchClient({ provider: 'local_echo', db: databaseIn(options) });
await resultsToFile(client.map({ items: makeItems(options.items) }), options, options.items);
report({ peakMb: peakMemoryMb() });
