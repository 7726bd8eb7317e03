import { closeSync, copyFileSync, fsyncSync, openSync } from 'node:fs';
import { BatchClient } from 'openapi-batch';
import { batchOptions } from './support/batch-options.js';
import { onDownload } from './support/download-clock.js';
import { peakMemoryMb, stallMeter, stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';
import { jobId } from './support/stored-job.js';

interface Options {
  readonly port: number;
  /** Folder of the job whose batch was created. */
  readonly prepared: string;
  readonly items: number;
  readonly keepRaw: 'always' | 'never';
}

/** From asking for the output file to the end of the job: it is downloaded, read and stored. */
const options = told<Options>();
const { items, keepRaw } = options;
const database = databaseIn(options);
copyFileSync(databaseIn({ folder: options.prepared }), database);
const copy = openSync(database, 'r+');
// Or the first commit waits until the whole copy is on the disk.
fsyncSync(copy);
closeSync(copy);

let spent = stopwatch();
let stallMs = stallMeter();
onDownload(() => {
  spent = stopwatch();
  stallMs = stallMeter();
});
const client = new BatchClient({ ...batchOptions(options.port), db: database });
const { ok } = await client.resume(jobId, { keepRaw }).wait();
const { cpuUs, ms } = spent();
if (ok !== items) throw new Error(`only ${ok} of ${items} results were stored`);
report({ cpuUs: cpuUs / items, perSecond: (items * 1000) / ms, stallMs: stallMs(), peakMb: peakMemoryMb() });
