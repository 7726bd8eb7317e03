import { lastValueFrom, toArray } from 'rxjs';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { misplace, pagesOf } from '../store/support/damage.js';
import { okDraft, openJob } from '../store/support/fill.js';
import { failure, tell, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

/** Jobs of 3,000 items in the test's file, of which so many have a result. */
function stored(done: number, ...jobIds: readonly string[]): void {
  const store = sqliteStore({ path: clients.path, durability: 'normal' });
  for (const jobId of jobIds) {
    const { lease } = openJob(store, 3_000, jobId);
    const drafts = Array.from({ length: done }, (_, n) => okDraft(n + 1));
    store.commit(lease, { drafts, lowWater: done, claimedTo: done });
    store.updateJob(lease, { inputComplete: true });
    store.release(lease);
  }
  store.close();
}

function open() {
  const provider = new HandProvider((ask) => queueMicrotask(() => ask.answer('OK')));
  return { provider, client: clients.open({ provider: Object.assign(provider, { name: 'local_echo' }) }) };
}

describe('an index that hides results', () => {
  it('is damage at the end of a reading, whichever way they are read', async () => {
    stored(2_500, 'job', 'other');
    const leaves = pagesOf(clients.path).get('events_by_job')!;
    // Entries of a job that comes later end the search for those of this one.
    misplace(clients.path, leaves.at(-1)!, leaves[1]!, 'copy');
    const job = open().client.job('job');
    const error = await failure(lastValueFrom(job.results().pipe(toArray())));
    expect([error.code, error.message]).toEqual([
      'store_corrupt',
      expect.stringMatching(/\d+ results can be found, and the job has 2500/),
    ]);
    expect(error.message).toContain('openapi-batch results <job-id> --salvage');
    expect((await failure(job.resultsDict())).code).toBe('store_corrupt');
    expect((await failure(lastValueFrom(job.results({ only: 'ok' })))).code).toBe('store_corrupt');
    expect((await failure(job.forEach(() => undefined))).code).toBe('store_corrupt');
    expect((await tell(job)).error?.code).toBe('store_corrupt');
    expect(await lastValueFrom(job.results({ order: 'input' }).pipe(toArray()))).toHaveLength(2_500);
  });

  it('is none where another process writes meanwhile, behind the place of the reader', async () => {
    const other = sqliteStore({ path: clients.path, durability: 'normal' });
    const { lease } = openJob(other, 2_000);
    const drafts = Array.from({ length: 1_000 }, (_, n) => okDraft(n + 1_001));
    other.commit(lease, { drafts, lowWater: 0, claimedTo: 2_000 });
    let next = 0;
    const job = open().client.job('job');
    for (const order of ['input', 'completion'] as const) {
      let seen = 0;
      await job.results({ order }).forEach(() => {
        if (++seen % 300 === 0) other.commit(lease, { drafts: [okDraft(++next)], lowWater: 0, claimedTo: 2_000 });
      });
      expect(seen).toBe(order === 'input' ? 1_000 : 1_000 + next);
    }
    other.release(lease);
    other.close();
  });
});

describe('items that are lost', () => {
  it.each(['copy', 'swap'] as const)('end the run as damage, and everybody hears of it: %s', async (how) => {
    stored(1_000, 'job');
    const leaves = pagesOf(clients.path).get('items')!;
    misplace(clients.path, leaves[0]!, leaves.at(-1)!, how);
    const { client, provider } = open();
    const job = client.resume('job');
    const [error, told] = await Promise.all([failure(job.wait()), tell(job)]);
    expect([error.code, error.message]).toEqual(['store_corrupt', expect.stringContaining('cannot be found')]);
    expect(told.error?.code).toBe('store_corrupt');
    expect(await job.info()).toMatchObject({ status: 'failed', reason: { code: 'store_corrupt' } });
    expect(new Set(provider.ids).size).toBe(provider.ids.length);
  });
});

it('an endless index ends whoever waits', async () => {
  stored(2_500, 'job');
  const leaves = pagesOf(clients.path).get('events_by_job')!;
  misplace(clients.path, leaves[0]!, leaves[2]!, 'copy');
  const job = open().client.job('job');
  expect((await failure(job.resultsDict())).code).toBe('store_corrupt');
  expect((await tell(job)).error?.code).toBe('store_corrupt');
  expect((await failure(job.forEach(() => undefined))).code).toBe('store_corrupt');
});
