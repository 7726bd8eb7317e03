import type { NewJob } from '../../store/store.js';
import { codeOf, recordOf } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { newJob } from './test-data.js';

export function jobsContract({ expect, withStore }: StoreCases): void {
  withStore('begin empty and pending, with everything they were given', (store) => {
    const given: NewJob = {
      ...newJob('full'),
      params: { temperature: 0, nested: { list: [1, 'two', null] } },
      tags: ['a', 'b'],
      metadata: { any: ['json'] },
      settings: { concurrency: 3 },
    };
    const made = store.createJob(given);
    expect(made).toMatchObject({
      ...given,
      status: 'pending',
      reason: null,
      total: 0,
      inputComplete: false,
      ok: 0,
      failed: 0,
      inputTokens: 0,
      outputTokens: 0,
      lowWater: 0,
      claimedTo: 0,
      notes: {},
    });
    expect(store.findJob('full')).toEqual(made);
    expect(store.eventsAfter(made.key, 0, 10)).toEqual([]);
    expect(store.owner('full')).toBe(null);
  });

  withStore('are created once: the second call gives what the first one made', (store) => {
    const first = store.createJob(newJob('twice'));
    const second = store.createJob({ ...newJob('twice'), provider: 'another' });
    expect(second).toEqual(first);
    expect(store.listJobs().filter(({ jobId }) => jobId === 'twice').length).toBe(1);
  });

  withStore('are not found where there is none', (store) => {
    expect(store.findJob('nobody')).toBe(undefined);
    expect(codeOf(() => store.acquire('nobody'))).toBe('job_not_found');
  });

  withStore('are listed newest first', (store) => {
    for (const jobId of ['one', 'two', 'three']) store.createJob(newJob(jobId));
    expect(store.listJobs().map(({ jobId }) => jobId)).toEqual(['three', 'two', 'one', 'job']);
  });

  withStore('are listed a page at a time, whatever comes and goes between two pages', (store) => {
    for (const jobId of ['one', 'two', 'three', 'four']) store.createJob(newJob(jobId));
    const first = store.jobsBefore(undefined, 2);
    expect(first.map(({ jobId }) => jobId)).toEqual(['four', 'three']);
    store.createJob(newJob('five'));
    store.deleteJob('two');
    store.deleteJob('three');
    const second = store.jobsBefore(first[1]?.key, 2);
    expect(second.map(({ jobId }) => jobId)).toEqual(['one', 'job']);
    expect(second[0]).toEqual(store.findJob('one'));
    expect(store.jobsBefore(second[1]?.key, 2)).toEqual([]);
  });

  withStore('take a patch and leave the rest', (store, { lease }) => {
    const before = recordOf(store);
    const patch = {
      status: 'running',
      reason: { code: 'stalled', message: 'why' },
      inputComplete: true,
      settings: { concurrency: 9 },
      notes: { unknownLines: 2 },
      tags: ['x'],
      metadata: null,
    } as const;
    store.updateJob(lease, patch);
    expect(recordOf(store)).toEqual({ ...before, ...patch, updatedAt: recordOf(store)?.updatedAt });
    store.updateJob(lease, { reason: null });
    expect(recordOf(store)?.reason).toBe(null);
    expect(recordOf(store)?.status).toBe('running');
  });
}
