import { BatchClient } from 'openapi-batch';
import { instantProvider } from './support/instant-provider.js';
import { stallMeter, stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';
import { jobId } from './support/stored-job.js';

const options = told<object>();
const client = new BatchClient({ provider: instantProvider(), db: databaseIn(options) });
let events = 0;
const stallMs = stallMeter();
const spent = stopwatch();
client.job(jobId).subscribe({
  next: () => events++,
  error: (error: unknown) => {
    throw error;
  },
  complete: () => {
    const { cpuUs, ms } = spent();
    report({ cpuUs: cpuUs / events, perSecond: (events * 1000) / ms, stallMs: stallMs() });
  },
});
