import { BatchClient } from 'openapi-batch';
import { batchOptions } from './support/batch-options.js';
import { makeItems } from './support/items.js';
import { databaseIn, report, told } from './support/program.js';
import { jobId } from './support/stored-job.js';

/** A job of one native batch that was created, has ended by now, and was not read yet. */
const options = told<{ readonly port: number; readonly items: number }>();
const { items } = options;
const client = new BatchClient({ ...batchOptions(options.port), db: databaseIn(options) });
const job = client.map({ jobId, items: makeItems(items), mode: 'native', pollIntervalMs: 60_000 });
const created = ({ shards = [] }: { shards?: readonly { batchId: string | null }[] }): boolean =>
  shards.some(({ batchId }) => batchId !== null);
await new Promise<void>((resolve, reject) => {
  job.subscribe({
    next: (event) => {
      if (event.type === 'progress' && created(event.progress)) resolve();
    },
    error: reject,
  });
});
await client.close();
report({ items });
