import { VirtualTimeScheduler } from 'rxjs';
import { BatchQuota } from '../../lib/native/batch-quota.js';
import { EnqueuedAccount } from '../../lib/native/enqueued-account.js';

const caps = {
  ...{
    maxRequests: 10,
    maxBytes: 1_000,
    maxInputs: 10,
    maxBatches: 3,
    creationsPerHour: 5,
    enqueuedTokens: 100 as number | null,
  },
};
const shard = (key: string, tokens = 40) => ({ key, model: 'm', tokens });

describe('an account of enqueued tokens', () => {
  it('lets through what fits, and anything alone', () => {
    const account = new EnqueuedAccount(100);
    expect(account.fits(1_000)).toBe(true);
    account.reserve('a', 60);
    expect([account.fits(40), account.fits(41)]).toEqual([true, false]);
    account.release('a');
    expect(account.reserved).toBe(0);
  });

  it('reserves a shard once, however often it is told', () => {
    const account = new EnqueuedAccount(100);
    account.reserve('a', 60);
    account.reserve('a', 60);
    expect(account.reserved).toBe(60);
  });

  it('learns from a refusal what was accepted, and creeps up again', () => {
    const account = new EnqueuedAccount(null);
    account.reserve('a', 60);
    account.reserve('b', 60);
    expect(account.refused('b', 60, true)).toEqual({ tooLarge: false });
    expect(account.limit).toBe(60);
    account.drained('a');
    expect(account.limit).toBe(66);
  });

  it('halves what was refused alone', () => {
    const account = new EnqueuedAccount(null);
    account.reserve('a', 60);
    expect(account.refused('a', 60, true)).toEqual({ tooLarge: true });
    expect(account.limit).toBe(30);
  });

  it('believes a refusal that may have other reasons at the third time', () => {
    const account = new EnqueuedAccount(null);
    expect([1, 2, 3].map(() => account.refused('a', 60, false).tooLarge)).toEqual([false, false, true]);
    expect(account.limit).toBe(30);
  });

  it('never learns more than is stated', () => {
    const account = new EnqueuedAccount(50);
    account.reserve('a', 40);
    account.refused('b', 40, true);
    for (let n = 0; n < 20; n++) {
      account.reserve('a', 40);
      account.drained('a');
    }
    expect(account.limit).toBe(50);
  });
});

describe('a quota of batches', () => {
  const quota = (changes = {}, scheduler = new VirtualTimeScheduler()) => ({
    scheduler,
    quota: new BatchQuota({ ...caps, ...changes }, { scheduler, random: () => 1 }),
  });

  it('admits by batches, tokens and creations', () => {
    const { quota: q } = quota({ creationsPerHour: 2 });
    q.take(shard('a'));
    expect(q.ask(shard('b', 61))).toBe('later');
    expect(q.ask(shard('b'))).toBe('now');
    q.take(shard('b'));
    expect(q.ask(shard('c', 20))).toBe(3_600_000);
  });

  it('keeps models apart', () => {
    const { quota: q } = quota();
    q.take(shard('a', 100));
    expect(q.ask(shard('b', 1))).toBe('later');
    expect(q.ask({ ...shard('b', 1), model: 'n' })).toBe('now');
  });

  it('waits after a refusal, and no longer once a batch has ended', () => {
    const { quota: q } = quota();
    q.take(shard('a'));
    q.take(shard('b'));
    q.refused(shard('b'), false, 5_000);
    expect(q.ask(shard('b'))).toBe(65_000);
    expect(q.heldUntil).toBe(65_000);
    let changes = 0;
    q.changes$.subscribe(() => changes++);
    q.drained(shard('a'));
    expect([changes, q.ask(shard('b')), q.refusals]).toEqual([1, 'now', 0]);
  });
});
