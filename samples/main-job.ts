// npm start: a batch of 200 requests through the real engine, a real SQLite file and the real OpenAI SDK, against a
// bundled fake of OpenAI's API. No key, no network, 5 to 10 seconds. Ctrl-C pauses; the next `npm start` goes on.
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BatchClient, isBatchError, ofType, type BatchClientApi } from 'openapi-batch';
import { nativeDemo, requestDemo } from './main-job/demos.js';
import { reviews } from './main-job/demo-items.js';

const usage = `Usage: npm start [-- --native | --help]

Runs a batch of 200 requests against a bundled fake of OpenAI's API, with progress and a summary. Needs no key.
With --native: 600 requests through the provider's batch API, in shards of 100, a bar for each.
The jobs are kept in openapi-batch-demo.sqlite in the current folder; OPENAPI_BATCH_DB names another file.`;

async function main(argv: readonly string[]): Promise<number> {
  const { values: flags } = parseArgs({
    args: [...argv],
    options: { help: { type: 'boolean', short: 'h' }, native: { type: 'boolean' } },
  });
  if (flags.help === true) {
    console.log(usage);
    return 0;
  }

  const db = process.env['OPENAPI_BATCH_DB'] ?? 'openapi-batch-demo.sqlite';
  const demo = flags.native === true ? nativeDemo : requestDemo;
  await using server = await demo.startServer();
  await using client = new BatchClient({
    provider: 'openai',
    baseURL: server.url,
    apiKey: 'no-key-needed',
    defaultModel: 'gpt-4o-mini',
    db,
    progressIntervalMs: 100,
    ...demo.settings,
  });

  const { jobId, goingOn } = await chooseJob(client, demo.name);
  const startedAt = Date.now();
  const job = client.map({ jobId, mode: demo.mode, items: reviews(demo.items) });
  const size = `${String(demo.items)} items`;
  console.log(`${goingOn ? 'going on with' : 'submitted'} job ${jobId}, ${size}, database ${resolve(db)}`);

  const view = demo.view(process.stdout);
  const interrupt = (): void => void job.pause().catch(() => undefined);
  process.once('SIGINT', interrupt);
  // A second subscriber: what the summary needs comes from `wait()` below, and so do errors.
  job
    .pipe(ofType('progress', 'complete'))
    .subscribe({ next: ({ progress }) => view.update(progress), error: () => view.stop() });
  try {
    const end = await job.wait();
    view.stop();
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    console.log(
      `\n${end.status}: ${String(end.ok)} ok, ${String(end.failed)} failed of ${String(end.total)} in ${seconds} s`,
    );
    console.log(`server's ledger: ${demo.describe(server.ledger)}`);
    console.log(lookAt(jobId, db));
    return 0;
  } catch (error) {
    view.stop();
    if (!isBatchError(error) || error.code !== 'paused') throw error;
    const { done, total } = await job.progress();
    console.log(
      `\npaused: ${String(done)} of ${String(total)} done and stored; \`npm start\` again goes on where it stopped`,
    );
    return 130;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** A job that an earlier run left unfinished, else a new one. */
async function chooseJob(client: BatchClientApi, name: string): Promise<{ jobId: string; goingOn: boolean }> {
  const earlier = (await client.jobs()).filter(({ jobId }) => new RegExp(`^${name}-\\d+$`).test(jobId));
  const unfinished = earlier.find(({ status }) => ['paused', 'interrupted', 'failed'].includes(status));
  if (unfinished !== undefined) return { jobId: unfinished.jobId, goingOn: true };
  const highest = Math.max(0, ...earlier.map(({ jobId }) => Number(jobId.slice(name.length + 1))));
  return { jobId: `${name}-${String(highest + 1)}`, goingOn: false };
}

function lookAt(jobId: string, db: string): string {
  const file = relative('.', db);
  const shown = /^[\w./-]+$/.test(file) ? file : `'${file}'`;
  const command = (words: string): string => `  npx openapi-batch ${words} --db ${shown}`;
  return [
    'look at the results, one JSON line per item:',
    command(`results ${jobId}`),
    command(`results ${jobId} --only failed`),
    command(`status ${jobId}`),
  ].join('\n');
}

main(process.argv.slice(2)).then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    // parseArgs says more than a reader wants to know.
    const unknown = /^Unknown option '[^']*'/.exec(message)?.[0];
    console.error(`npm start: ${unknown === undefined ? message : `${unknown}; see npm start -- --help`}`);
    process.exitCode = 1;
  },
);
