// A pipeline's timing, retries and a minute of rate limiting included, tested in virtual milliseconds. Three rules make
// it work: the client and its first use inside run(), `db: ':memory:'`, and progress events filtered out (tally() only
// lets items through).
import { BatchClient, failureVerdict, ProviderError, type Provider } from 'openapi-batch';
import { scriptedProvider } from 'openapi-batch/testing';
import { TestScheduler } from 'rxjs/testing';
import { tally } from './tally.js';

describe('tally', () => {
  const clients: BatchClient[] = [];
  const open = (provider: Provider): BatchClient => {
    const client = new BatchClient({ provider, db: ':memory:', random: () => 1, backoffBaseMs: 10 });
    clients.push(client);
    return client;
  };
  const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

  const x = { id: 'x', text: 'Wonderful.' };
  const y = { id: 'y', text: 'Dreadful.' };

  it('counts each answer as it comes', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ x: cold('---a|', { a: 'yes' }), y: cold('-a|', { a: 'no' }) });
      expectObservable(tally(open(provider), cold('xy|', { x, y }))).toBe('--q(r|)', {
        q: { liked: 0, disliked: 1, unclear: 0 },
        r: { liked: 1, disliked: 1, unclear: 0 },
      });
    });
  });

  it('waits as long as the provider asks, then counts the second answer', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const busy = new ProviderError(failureVerdict('rate_limited', 'slow down', { waitMs: 60_000 }));
      const provider = scriptedProvider({ x: [cold('-#', undefined, busy), cold('-a|', { a: 'yes' })] });
      expectObservable(tally(open(provider), cold('x|', { x }))).toBe('-- 60s (q|)', {
        q: { liked: 1, disliked: 0, unclear: 0 },
      });
    });
  });

  it('calls what failed for good unclear', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ x: new ProviderError(failureVerdict('content_filtered', 'not for us')) });
      expectObservable(tally(open(provider), cold('x|', { x }))).toBe('q|', {
        q: { liked: 0, disliked: 0, unclear: 1 },
      });
    });
  });
});
