import { BatchClient } from 'openapi-batch';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { makeItems } from './support/items.js';
import { peakMemoryMb } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';

/** Submission, run and results to a file, at the same time. */
const options = told<{ readonly items: number }>();
const client = new BatchClient({ provider: 'local_echo', db: databaseIn(options) });
const file = createWriteStream(join(options.folder, 'results.jsonl'));
let results = 0;
await client.map({ items: makeItems(options.items) }).forEach(async ({ result }) => {
  results++;
  if (!file.write(`${JSON.stringify(result)}\n`)) await once(file, 'drain');
});
file.end();
await finished(file);
if (results !== options.items) throw new Error(`${results} results of ${options.items} items`);
report({ peakMb: peakMemoryMb() });
