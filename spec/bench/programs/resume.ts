import { BatchClient } from 'openapi-batch';
import { instantProvider } from './support/instant-provider.js';
import { databaseIn, report, told } from './support/program.js';
import { jobId } from './support/stored-job.js';

/** From the start of this process to its first request; then it is gone, as the one before it was. */
const provider = instantProvider(() => report({ ms: performance.now() }));
new BatchClient({ provider, db: databaseIn(told<object>()) }).resume(jobId);
