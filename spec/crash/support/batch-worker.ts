import { BatchClient, isBatchError, type BatchItem, type BatchJob, type Provider } from '../../../lib/index.js';

/** What one process of the crash specs is told to do. */
export interface WorkerTask {
  readonly db: string;
  readonly url: string;
  readonly concurrency: number;
  readonly count: number;
  readonly how: 'map' | 'map-generator' | 'resume' | 'pause-soon' | 'retry' | 'callbacks';
  readonly durability?: 'full' | 'normal';
}

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const provider: Provider = {
  name: 'ledger',
  async request({ itemId }, { signal }) {
    const answer = await fetch(task.url, { method: 'POST', body: JSON.stringify({ itemId }), signal });
    const body = (await answer.json()) as { said: string };
    if (!answer.ok) throw Object.assign(new Error('refused'), { status: answer.status });
    return { output: body.said };
  },
};

function* listed(): Generator<BatchItem> {
  for (let n = 0; n < task.count; n++) yield { itemId: `i${String(n)}`, input: { prompt: String(n) } };
}

/** Its items come a few at a time, so that a kill finds it half read. */
async function* trickled(): AsyncGenerator<BatchItem> {
  let n = 0;
  for (const item of listed()) {
    yield item;
    if (++n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function begin(client: BatchClient): BatchJob {
  switch (task.how) {
    case 'map':
      return client.map({ jobId: 'j', items: [...listed()] });
    case 'map-generator':
      return client.map({ jobId: 'j', items: trickled() });
    case 'resume':
      return client.resume('j');
    case 'retry':
      return client.job('j').retryFailed();
    case 'pause-soon': {
      const job = client.map({ jobId: 'j', items: [...listed()] });
      let told = 0;
      job.subscribe({
        next: ({ type }) => {
          if (type === 'item' && ++told % 20 === 0) void job.pause();
        },
        error: () => say('paused'),
      });
      return job;
    }
    case 'callbacks':
      return client.map({ jobId: 'j', items: [...listed()], onItem: (_, itemId) => void say(`callback ${itemId}`) });
  }
}

async function main(): Promise<void> {
  const { db, concurrency, durability = 'normal' } = task;
  const client = new BatchClient({ db, provider, concurrency, durability, progressIntervalMs: 20 });
  const job = begin(client);
  say('begun');
  const { status, ok, failed } = await job.wait();
  say(`end ${status} ${String(ok)} ok ${String(failed)} failed`);
  await client.close();
}

main().catch((error: unknown) => {
  say(isBatchError(error) ? `error ${error.code} ${error.message}` : `error ${String(error)}`);
  process.exitCode = 3;
});
