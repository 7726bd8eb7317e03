import { databaseIn, report, told } from './support/program.js';
import { StoredJob } from './support/stored-job.js';

/**
 * A job half done whose process dies: the store is never closed. Its first item is still open, so that everything behind
 * it has to be looked through.
 */
const options = told<{ readonly items: number }>();
const { items } = options;
const job = new StoredJob(databaseIn(options), 'instant');
job.addItems(items);
job.addResults(2, Math.ceil(items / 2), 0);
report({ items });
