// Callbacks in worker threads: heavy work on each answer, while this thread stays free to send requests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchClient, isBatchError } from 'openapi-batch';

interface Line {
  readonly itemId?: string;
  readonly digest: string;
  readonly threadId: number;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'thread-callbacks-'));
  const output = join(folder, 'fingerprints.jsonl');
  process.env['SAMPLE_OUTPUT'] = output;
  try {
    await using client = new BatchClient({ provider: 'local_echo', db: join(folder, 'batches.sqlite') });
    const job = client.map({
      jobId: 'fingerprints',
      items: Array.from({ length: 24 }, (_, n) => ({ itemId: `text-${String(n)}`, input: `text number ${String(n)}` })),
      callbackExecutor: 'thread',
      callbackModule: join(__dirname, 'thread-callbacks', 'callbacks.mjs'),
      callbackWorkers: 4,
    });

    // wait() resolves when the callbacks are done, too.
    const { ok } = await job.wait();
    const lines = readFileSync(output, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const items = lines.filter(({ itemId }) => itemId !== undefined);
    const threads = new Set(items.map(({ threadId }) => threadId));
    console.log(`${String(ok)} answers, ${String(items.length)} fingerprints`);
    console.log(
      `main thread used: ${threads.has(0) ? 'yes' : 'no'}; threads used: ${String(threads.size)} of at most 4`,
    );
    console.log(`last line: ${JSON.stringify(lines.at(-1))}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(isBatchError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
