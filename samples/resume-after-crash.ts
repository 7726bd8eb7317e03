// A process is killed in the middle of a batch, and the same program is simply started again. The fake server's ledger
// shows that no stored answer was asked for, or paid for, twice.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchClient, isBatchError } from 'openapi-batch';
import { startFakeOpenAI, type FakeServer } from 'openapi-batch/testing';
import { firstValueFrom, interval, filter, map, toArray } from 'rxjs';

const jobId = 'crash-test';
const total = 150;
const concurrency = 10;

/** The program that crashes. Nothing in it is about resuming: the job's id is known, so `map` goes on with it. */
async function work(url: string, db: string): Promise<void> {
  await using client = new BatchClient({
    provider: 'openai',
    apiKey: 'any',
    baseURL: url,
    defaultModel: 'gpt-4o-mini',
    db,
    concurrency,
  });
  const items = Array.from({ length: total }, (_, n) => ({
    itemId: `item-${String(n)}`,
    input: `question ${String(n)};`,
  }));
  const { ok } = await client.map({ jobId, items }).wait();
  console.log(`  completed: ${String(ok)} ok`);
}

/** The program around it, which kills it. */
async function demonstrate(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'resume-after-crash-'));
  const db = join(folder, 'batches.sqlite');
  try {
    await using server = await startFakeOpenAI({ latencyMs: 30 });

    console.log('first start');
    const first = start(server, db);
    await firstValueFrom(interval(5).pipe(filter(() => server.ledger.billedCount >= total / 2)));
    first.kill('SIGKILL');
    await once(first, 'exit');
    const stored = await storedIds(db);
    console.log(`  killed with SIGKILL, ${String(stored.length)} of ${String(total)} answers stored`);

    console.log('second start');
    const [exitCode] = (await once(start(server, db), 'exit')) as [number | null];
    if (exitCode !== 0) throw new Error(`the second start ended with exit code ${String(exitCode)}`);

    const asked = server.ledger.entries
      .filter(({ billed }) => billed)
      .map(({ body }) => /question (\d+);/.exec(body)?.[1]);
    const again = stored.filter((id) => asked.filter((n) => `item-${String(n)}` === id).length > 1);
    const repeats = server.ledger.billedCount - total;
    console.log(`answers stored: ${String((await storedIds(db)).length)} of ${String(total)}`);
    console.log(`stored answers paid for again: ${String(again.length)}`);
    console.log(`lost in flight and paid for again: ${String(repeats)}, at most ${String(2 * concurrency)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(server: FakeServer, db: string): ChildProcess {
  const args = [...process.execArgv, process.argv[1] ?? '', 'work', server.url, db];
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** A look at the job from outside. */
async function storedIds(db: string): Promise<readonly string[]> {
  await using client = new BatchClient({ db });
  return await firstValueFrom(
    client
      .job(jobId)
      .results()
      .pipe(
        map(({ itemId }) => itemId),
        toArray(),
      ),
  );
}

const [role, url = '', db = ''] = process.argv.slice(2);
(role === 'work' ? work(url, db) : demonstrate()).catch((error: unknown) => {
  console.error(isBatchError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
