import { localEcho } from '../../lib/index.js';
import { childPrograms, type Child } from '../support/child-process.js';
import { tell, testClients } from '../support/clients.js';
import type { WorkerTask } from './support/batch-worker.js';
import { LedgerServer } from './support/ledger-server.js';
import { seeded } from './support/random.js';

/** Kills over all scenarios; `OPENAPI_BATCH_KILLS=200` for a long run. The seed is printed with a failure. */
const kills = Number(process.env['OPENAPI_BATCH_KILLS'] ?? 25);
const seed = Number(process.env['OPENAPI_BATCH_SEED'] ?? Date.now() % 1_000_000);
const random = seeded(seed);
const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

const concurrency = 8;
const count = 400;

const clients = testClients();
const programs = childPrograms();
const server = new LedgerServer(() => between(1, 12));
let url = '';

beforeAll(async () => {
  url = await server.start();
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
  server.bad.clear();
  server.silent = false;
});

const start = (how: WorkerTask['how']): Child =>
  programs.start('crash/support/batch-worker.ts', {
    db: clients.path,
    url,
    concurrency,
    count,
    how,
  } satisfies WorkerTask);

/** What the database holds of the job, as the next process will see it. */
async function stored(): Promise<{ ok: Set<string>; failed: Set<string>; total: number }> {
  const client = clients.open({ provider: { ...localEcho(), name: 'ledger', endpoint: 'default' } });
  try {
    const known = (await client.jobs()).some(({ jobId }) => jobId === 'j');
    if (!known) return { ok: new Set(), failed: new Set(), total: 0 };
    const job = client.job('j');
    const results = Object.values(await job.resultsDict());
    const ids = (good: boolean): Set<string> =>
      new Set(results.filter(({ ok }) => ok === good).map(({ itemId }) => itemId));
    return { ok: ids(true), failed: ids(false), total: (await job.info()).total };
  } finally {
    await client.close();
  }
}

/** One process, killed somewhere on its way; checks what the kill may have cost. */
async function round(
  how: WorkerTask['how'],
  moment: (child: Child) => Promise<unknown>,
  mayRepeat = new Set<string>(),
): Promise<boolean> {
  const before = await stored();
  const from = server.requests.length;
  const child = start(how);
  await Promise.race([moment(child), child.gone]);
  child.kill();
  const ended = (await child.gone) !== 'SIGKILL';
  if (ended) expect(child.lines.join()).not.toMatch(/error (?!paused)/);
  // A request that had left before the kill may still be on its way into the ledger.
  await new Promise((resolve) => setTimeout(resolve, 25));
  const sent = server.requests.slice(from);
  const after = await stored();

  // What had its result is never sent again, nothing is lost, and one process sends an item once.
  expect(sent.filter((id) => before.ok.has(id))).toEqual([]);
  expect(sent.filter((id) => before.failed.has(id) && !mayRepeat.has(id))).toEqual([]);
  expect([...before.ok].filter((id) => !after.ok.has(id))).toEqual([]);
  expect(new Set(sent).size).toBe(sent.length);
  // Sent and not written: what the next process repeats.
  const lost = sent.filter((id) => !after.ok.has(id) && !after.failed.has(id));
  expect(lost.length).toBeLessThan(ended ? 1 : 2 * concurrency);
  return ended;
}

/** Everything is there, once. */
async function expectWhole(failed = 0): Promise<void> {
  const client = clients.open({ provider: { ...localEcho(), name: 'ledger', endpoint: 'default' } });
  const { ids, last, events } = await tell(client.job('j'));
  expect(new Set(ids).size).toBe(count);
  expect(ids).toHaveLength(count);
  expect(last).toMatchObject({
    type: 'complete',
    status: 'completed',
    progress: { total: count, done: count, failed },
  });
  expect(events.filter(({ type }) => type === 'complete')).toHaveLength(1);
  const dict = await client.job('j').resultsDict();
  for (const result of Object.values(dict)) if (result.ok) expect(result.output).toBe(result.itemId);
}

/** Some requests into the process's life, or some milliseconds, so that its beginning is met as well. */
function anyMoment(requests: number): (child: Child) => Promise<unknown> {
  return async (child) => {
    if (random() < 0.2) return new Promise((resolve) => setTimeout(resolve, between(0, 500)));
    await Promise.race([server.reached(server.requests.length + between(1, requests)), child.gone]);
    return new Promise((resolve) => setTimeout(resolve, between(0, 5)));
  };
}

const seconds = Math.max(60, kills * 3) * 1_000;

describe(`kill -9 at random moments (OPENAPI_BATCH_SEED=${seed})`, () => {
  it(
    'loses no item and sends no finished one again, whoever runs map() next',
    async () => {
      const rounds = Math.ceil(kills * 0.4);
      for (let n = 0; n < rounds; n++) await round('map', anyMoment((2 * count) / rounds));
      const child = start('map');
      expect(await child.gone).toBe(0);
      expect(await child.line('end')).toBe('end completed 400 ok 0 failed');
      expect(server.requests.length).toBeLessThanOrEqual(count + rounds * 2 * concurrency);
      await expectWhole();
    },
    seconds,
  );

  it(
    'in the middle of the intake: the same map() goes on reading, resume() knows that the input is incomplete',
    async () => {
      const rounds = Math.ceil(kills * 0.2);
      for (let n = 0; n < rounds; n++) {
        await round('map-generator', anyMoment(30));
        const { ok, total } = await stored();
        expect(ok.size).toBeLessThanOrEqual(total);
      }
      if ((await stored()).total > 0 && (await stored()).total < count) {
        const child = start('resume');
        expect(await child.gone).toBe(3);
        expect(await child.line('error')).toContain('error input_incomplete');
      }
      const child = start('map-generator');
      expect(await child.gone).toBe(0);
      await expectWhole();
    },
    seconds,
  );

  it(
    'in the middle of a pause',
    async () => {
      const rounds = Math.ceil(kills * 0.2);
      for (let n = 0; n < rounds; n++) {
        await round('pause-soon', async (child) => {
          await Promise.race([server.reached(server.requests.length + 20 + concurrency), child.gone]);
          await new Promise((resolve) => setTimeout(resolve, between(0, 25)));
        });
      }
      expect(await start('map').gone).toBe(0);
      await expectWhole();
    },
    seconds,
  );

  it(
    'in the middle of retryFailed(): a failure is taken back or stands, never both, never neither',
    async () => {
      for (let n = 0; n < 120; n++) server.bad.add(`i${n}`);
      expect(await start('map').gone).toBe(0);
      await expectWhole(120);
      server.bad.clear();
      const rounds = Math.ceil(kills * 0.2);
      for (let n = 0; n < rounds; n++) {
        const { ok, failed } = await stored();
        if (ok.size === count) break;
        const ended = await round(n === 0 || failed.size > 0 ? 'retry' : 'resume', anyMoment(60), failed);
        const after = await stored();
        expect([...after.ok].filter((id) => after.failed.has(id))).toEqual([]);
        if (ended) break;
      }
      const left = await stored();
      if (left.ok.size < count) expect(await start(left.failed.size > 0 ? 'retry' : 'resume').gone).toBe(0);
      else await start('map').gone;
      await expectWhole();
    },
    seconds,
  );
});

it('a callback that was called before a kill may be called again, and none is left out', async () => {
  const called: string[] = [];
  for (let n = 0; n < 3; n++) {
    const child = start('callbacks');
    await Promise.race([child.line(`callback i${n * 40 + 30}`), child.gone]);
    child.kill();
    await child.gone;
    called.push(...child.lines.filter((line) => line.startsWith('callback ')));
  }
  const child = start('callbacks');
  expect(await child.gone).toBe(0);
  called.push(...child.lines.filter((line) => line.startsWith('callback ')));
  expect(new Set(called).size).toBe(count);
  // At least once, and not everything again.
  expect(called.length).toBeLessThan(count * 2);
}, 60_000);
