import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lastValueFrom } from 'rxjs';
import { BatchClient, localEcho } from '../../../lib/index.js';

/** Many small jobs in one client, of every kind of use; prints what is left of them. */
async function main({ db, jobs }: { readonly db: string; readonly jobs: number }): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const client = new BatchClient({ provider: localEcho(), db, durability: 'normal', log: false });
  const usage: number[] = [];
  const warnings: string[] = [];
  process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
  const quarter = jobs / 4;
  for (let n = 0; n < jobs; n += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, k) => one(client, n + k)));
    if ((n + 10) % quarter === 0) {
      // What is freed on a later turn is freed by then.
      for (let round = 0; round < 3; round++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        collect();
      }
      usage.push(process.memoryUsage().heapUsed);
    }
  }
  const active = process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate').length;
  console.log(JSON.stringify({ usage, warnings, active, listeners: process.listenerCount('exit') }));
  await client.close();
}

async function one(client: BatchClient, n: number): Promise<void> {
  const jobId = `job-${n}`;
  const items = Array.from({ length: 3 }, (_, k) => ({ itemId: `i${k}`, input: `${n}` }));
  switch (n % 5) {
    case 0:
      await client.map({ jobId, items }).wait();
      break;
    case 1:
      await lastValueFrom(client.map({ jobId, items, asyncSubmit: false }));
      break;
    case 2: {
      const job = client.map({ jobId, items, onItem: () => undefined });
      job.subscribe().unsubscribe();
      await job.wait();
      break;
    }
    case 3: {
      const job = client.map({ jobId, items });
      await job.pause();
      await client.resume(jobId).wait();
      break;
    }
    default: {
      const job = client.map({ jobId, items });
      await job.forEach(() => undefined);
      await job.resultsDict();
      await job.cancel();
    }
  }
}

void main(JSON.parse(process.argv[2] ?? '{}') as { db: string; jobs: number });
