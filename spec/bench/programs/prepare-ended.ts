import { databaseIn, report, told } from './support/program.js';
import { StoredJob } from './support/stored-job.js';

/** A completed job of so many results. */
const options = told<{ readonly items: number }>();
const { items } = options;
const job = new StoredJob(databaseIn(options), 'instant');
job.addItems(items);
job.addResults(1, items, items);
job.complete(items);
report({ items });
