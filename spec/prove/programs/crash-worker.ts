import { BatchClient, gemini, isBatchError, openai, type BatchItem } from '../../../lib/index.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { createThinFetch, type Fetch } from '../../../lib/transport/thin-fetch.js';
import type { CrashTask } from '../crash/crash-task.js';
import { pointAwaits } from './points/await-points.js';
import { addressOf, pointedFetch } from './points/fetch-points.js';
import { KillSwitch } from './points/kill-switch.js';
import { pointSql } from './points/sql-points.js';
import { pointedStore } from './points/store-points.js';
import { pointedScheduler } from './points/timer-points.js';

const task = JSON.parse(process.argv[2] ?? '{}') as CrashTask;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

function* listed(): Generator<BatchItem> {
  for (let n = 1; n <= task.count; n++) {
    const itemId = `item-${String(n)}`;
    yield { itemId, input: { prompt: `say ${itemId}.` } };
  }
}

/** Comes a few at a time, so that a kill finds it half read. */
async function* trickled(): AsyncGenerator<BatchItem> {
  let n = 0;
  for (const item of listed()) {
    yield item;
    if (++n % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Says in the ledger which process sent a request. */
function marked(fetch: Fetch): Fetch {
  return (input, init) => {
    const url = new URL(addressOf(input));
    if (/completions$|:generateContent$/.test(url.pathname)) url.searchParams.set('run', String(task.run));
    return fetch(url.href, init);
  };
}

async function main(): Promise<void> {
  const points = new KillSwitch(task.kill, task.report);
  pointSql(points);
  if (task.learn || task.kill?.name.startsWith('await.') === true) pointAwaits(__filename, points);
  const thin = createThinFetch();
  const options = { apiKey: 'any', baseURL: task.url, fetch: pointedFetch(marked(thin.fetch), points) };
  const store = pointedStore(sqliteStore({ path: task.db }), points);
  const client = new BatchClient({
    provider: task.provider === 'openai' ? openai(options) : gemini(options),
    defaultModel: task.provider === 'openai' ? 'gpt-4o-mini' : 'gemini-2.5-flash',
    scheduler: pointedScheduler(points),
    ...{ store, log: false, concurrency: task.concurrency, progressIntervalMs: 10, ...task.options },
  });
  const items = task.input === 'array' ? [...listed()] : trickled();
  const job = client.map({ jobId: 'job', mode: task.mode, items });
  say('begun');
  const { status, ok, failed } = await job.wait();
  await client.close();
  store.close();
  await thin.close();
  points.tell();
  say(`end ${status} ${String(ok)} ok ${String(failed)} failed`);
}

main().catch((error: unknown) => {
  say(isBatchError(error) ? `error ${error.code} ${error.message}` : `error ${String(error)}`);
  process.exit(3);
});
