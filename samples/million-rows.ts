// Rows from a JSONL file to a JSONL file, more of them than memory would hold: `million-rows.ts 1000000`.
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BatchClient, isBatchError, ofType, readJsonl } from 'openapi-batch';
import { tap } from 'rxjs';

const megabytes = (bytes: number): string => `${String(Math.round(bytes / 1_048_576))} MB`;

async function main(count: number): Promise<void> {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error('expected a number of rows, such as: million-rows.ts 1000000');
  const folder = mkdtempSync(join(tmpdir(), 'million-rows-'));
  try {
    const requests = join(folder, 'requests.jsonl');
    await pipeline(Readable.from(rows(count)), createWriteStream(requests));
    console.log(`input: ${count.toLocaleString('en-US')} rows, ${megabytes(statSync(requests).size)}`);

    await using client = new BatchClient({
      provider: 'local_echo',
      db: join(folder, 'batches.sqlite'),
      keepRaw: 'never',
      progressIntervalMs: 2_000,
    });
    // The file is read as the database takes it in, and requests are made from the database: never a million at once.
    const job = client.map({ items: readJsonl(requests) });

    let peak = 0;
    const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 100);
    const shown = job
      .pipe(
        ofType('progress'),
        tap(({ progress: { done } }) => console.error(`${String(done)} done, ${megabytes(process.memoryUsage.rss())}`)),
      )
      .subscribe({ error: () => undefined }); // forEach() below rejects with it
    const results = join(folder, 'results.jsonl');
    const file = createWriteStream(results);
    // Each result is read from the database when the file has room for it.
    await job.forEach(async ({ result }) => {
      if (!file.write(`${JSON.stringify(result)}\n`)) await once(file, 'drain');
    });
    file.end();
    await once(file, 'finish');
    clearInterval(sampler);
    shown.unsubscribe();

    const { status, ok, total } = await job.progress();
    console.log(`${status}: ${ok.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ok`);
    console.log(`output: ${megabytes(statSync(results).size)}; peak resident memory: ${megabytes(peak)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* rows(count: number): Generator<string> {
  for (let n = 0; n < count; n++) {
    yield `${JSON.stringify({ itemId: `row-${String(n)}`, input: { prompt: `Row ${String(n)}: ${'lorem ipsum '.repeat(20)}` } })}\n`;
  }
}

main(Number(process.argv[2] ?? 100_000)).catch((error: unknown) => {
  console.error(isBatchError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
