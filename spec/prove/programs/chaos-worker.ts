import Database from 'better-sqlite3';
import { BatchClient, gemini, isBatchError, openai, type BatchItem } from '../../../lib/index.js';
import { promptOf, type ChaosJob, type ChaosTask } from '../chaos/chaos-task.js';

const task = JSON.parse(process.argv[2] ?? '{}') as ChaosTask;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const told = (error: unknown): string => (isBatchError(error) ? `${error.code} ${error.message}` : String(error));

function* items({ count }: ChaosJob): Generator<BatchItem> {
  for (let n = 1; n <= count; n++) {
    const itemId = `item-${String(n)}`;
    yield { itemId, input: { prompt: promptOf(itemId) } };
  }
}

/** SQLite refuses to grow beyond it, with the error of a full disk. */
function limitPages(maxPages: number): void {
  const { prototype } = Database as unknown as {
    readonly prototype: Record<'pragma', (...args: unknown[]) => unknown>;
  };
  const { pragma } = prototype;
  prototype.pragma = function (...args) {
    if (/^synchronous/.test(String(args[0]))) pragma.call(this, `max_page_count = ${String(maxPages)}`);
    return pragma.apply(this, args);
  };
}

function open(): BatchClient {
  const { provider, url, db } = task;
  const options = { apiKey: 'any', baseURL: url };
  return new BatchClient({
    ...{ db, log: false, provider: provider === 'openai' ? openai(options) : gemini(options) },
    defaultModel: provider === 'openai' ? 'gpt-4o-mini' : 'gemini-2.5-flash',
    ...{ concurrency: 40, maxAttempts: 9, attemptTimeoutMs: 1_500, backoffBaseMs: 20, backoffMaxMs: 400 },
    ...{ pollIntervalMs: 60, maxPollIntervalMs: 250, orphanWaitMs: 2_000, lateOutputMs: 5_000 },
    nativeCaps: { maxRequests: 250, maxBatches: 6 },
  });
}

/** True once every job is complete. */
async function work(client: BatchClient): Promise<boolean> {
  const ends = task.jobs.map(async (job) => {
    const { jobId, mode } = job;
    try {
      const { status, ok, failed } = await client.map({ jobId, mode, items: items(job) }).wait();
      say(`end ${jobId} ${status} ${String(ok)} ok ${String(failed)} failed`);
      return true;
    } catch (error) {
      say(`stopped ${jobId} ${told(error)}`);
      return false;
    }
  });
  say('begun');
  return (await Promise.all(ends)).every(Boolean);
}

function attempt(client: BatchClient): void {
  for (const job of task.jobs) {
    const { jobId, mode } = job;
    for (const take of [() => client.map({ jobId, mode, items: items(job) }), () => client.resume(jobId)]) {
      try {
        take();
        say(`taken ${jobId}`);
      } catch (error) {
        say(`refused ${jobId} ${told(error)}`);
      }
    }
  }
}

async function main(): Promise<void> {
  if (task.maxPages !== null) limitPages(task.maxPages);
  const client = open();
  let done = true;
  if (task.rival) attempt(client);
  else done = await work(client);
  await client.close();
  process.exitCode = done ? 0 : 3;
}

main().catch((error: unknown) => {
  say(`stopped all ${told(error)}`);
  process.exit(3);
});
