import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { BatchJob } from 'openapi-batch';

/** Writes each result as a line, no faster than the disk takes them. Rejects where one is missing. */
export async function resultsToFile(job: BatchJob, { folder }: { folder: string }, items: number): Promise<void> {
  const file = createWriteStream(join(folder, 'results.jsonl'));
  let results = 0;
  await job.forEach(async ({ result }) => {
    results++;
    if (!file.write(`${JSON.stringify(result)}\n`)) await once(file, 'drain');
  });
  file.end();
  await finished(file);
  if (results !== items) throw new Error(`${results} results of ${items} items`);
}
