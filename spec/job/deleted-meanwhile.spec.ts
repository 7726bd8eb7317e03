import { concatMap, lastValueFrom, toArray } from 'rxjs';
import type { BatchJob } from '../../lib/index.js';
import { failure, items, testClients } from '../support/clients.js';

const clients = testClients();

type Read = (job: BatchJob, each: () => Promise<void>) => Promise<unknown>;

/** The first two read on while one is dealt with; the others wait. */
const readings: readonly (readonly [string, number, Read])[] = [
  ['results()', 1, (job, each) => lastValueFrom(job.results().pipe(concatMap(each), toArray()))],
  ["results({ order: 'input' })", 1, (job, each) => lastValueFrom(job.results({ order: 'input' }).pipe(concatMap(each), toArray()))], // prettier-ignore
  ['forEach()', 300, (job, each) => job.forEach(each)],
  ['forEach() with a cursor', 300, (job, each) => job.forEach(each, { cursor: 'mine' })],
];

describe('a job that another client deletes while it is read', () => {
  it.each(readings)('is none that had no more: %s', async (_name, at, read) => {
    await clients.open().map({ jobId: 'j', items: items(2_000) }).wait(); // prettier-ignore
    let told = 0;
    const reading = read(clients.open().job('j'), async () => {
      if (++told === at) await clients.open().delete('j');
    });
    const error = await failure(reading);
    expect([error.code, error.jobId]).toEqual(['job_not_found', 'j']);
  });

  it('goes on from a cursor, and is not taken for one that has ended there', async () => {
    await clients.open().map({ jobId: 'j', items: items(600) }).wait(); // prettier-ignore
    const reader = clients.open();
    const enough = new Error('enough');
    let told = 0;
    const some = reader.job('j').forEach(() => (++told > 300 ? Promise.reject(enough) : undefined), { cursor: 'mine' });
    await expect(some).rejects.toBe(enough);
    const rest = reader.job('j').forEach(() => clients.open().delete('j').catch(() => undefined), { cursor: 'mine' }); // prettier-ignore
    expect((await failure(rest)).code).toBe('job_not_found');
  });
});
