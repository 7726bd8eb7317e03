import { firstValueFrom, from, of, toArray } from 'rxjs';
import { scriptedProvider } from '../../lib/testing/index.js';
import type { ResolvedItem } from '../../lib/core/item.js';
import { marbles } from '../support/marbles.js';

const item = (itemId: string): ResolvedItem => ({ itemId, input: itemId, model: undefined, params: {} });
const context = (attempt = 1, signal = new AbortController().signal) => ({
  signal,
  attempt,
  jobId: 'job',
  timeoutMs: 1_000,
});

describe('scriptedProvider', () => {
  it.each<[string, unknown, unknown]>([
    ['a value', 'OK', { output: 'OK' }],
    ['a whole response', { output: 1, raw: {} }, { output: 1, raw: {} }],
    ['an Observable', of('OK'), { output: 'OK' }],
    ['a promise', Promise.resolve('OK'), { output: 'OK' }],
    ['an object', { a: 1 }, { output: { a: 1 } }],
    ['nothing', undefined, { output: undefined }],
  ])('answers with %s', async (_what, answer, expected) => {
    const provider = scriptedProvider({ a: answer });
    expect(await firstValueFrom(from(provider.request(item('a'), context())))).toEqual(expected);
  });

  it('fails with an error, and with one for an item the script forgot', async () => {
    const provider = scriptedProvider({ a: new Error('no') });
    await expect(firstValueFrom(from(provider.request(item('a'), context())))).rejects.toThrow('no');
    await expect(firstValueFrom(from(provider.request(item('__proto__'), context())))).rejects.toThrow(
      'scriptedProvider: no answer for item "__proto__"; the script has "a"',
    );
  });

  it('has an answer for each time, the last one again and again', async () => {
    const provider = scriptedProvider({ a: ['first', 'second'] });
    const outputs: unknown[] = [];
    for (let n = 0; n < 3; n++)
      outputs.push((await firstValueFrom(from(provider.request(item('a'), context())))).output);
    expect(outputs).toEqual(['first', 'second', 'second']);
    expect(provider.log.sent('a')).toBe(3);
  });

  it('may be a function, and one that throws is a request that fails', async () => {
    const provider = scriptedProvider(({ itemId, attempt, time }) => {
      if (itemId === 'b') throw new Error('thrown');
      return `${itemId}${attempt}${time}`;
    });
    expect(await firstValueFrom(from(provider.request(item('a'), context(7))))).toEqual({ output: 'a71' });
    await expect(firstValueFrom(from(provider.request(item('b'), context())).pipe(toArray()))).rejects.toThrow(
      'thrown',
    );
  });

  it(
    'keeps a log of what was asked, when, and what became of it',
    marbles(({ cold, expectObservable, flush }) => {
      const provider = scriptedProvider(
        { a: cold('--o|'), b: cold('-#'), c: cold('-----o|') },
        { name: 'mine', defaultModel: 'm' },
      );
      expect([provider.name, provider.defaultModel]).toEqual(['mine', 'm']);
      expectObservable(from(provider.request(item('a'), context()))).toBe('--o|', { o: { output: 'o' } });
      expectObservable(from(provider.request(item('b'), context()))).toBe('-#');
      expectObservable(from(provider.request(item('c'), context())), '^--!').toBe('---');
      expect(provider.log.requests).toEqual([]);
      flush();
      expect(
        provider.log.requests.map(({ itemId, state, sentAt, endedAt }) => [itemId, state, sentAt, endedAt]),
      ).toEqual([
        ['a', 'answered', 0, 2],
        ['b', 'failed', 0, 1],
        ['c', 'given up', 0, 3],
      ]);
      expect([provider.log.active, provider.log.maxActive]).toEqual([0, 3]);
    }),
  );
});
