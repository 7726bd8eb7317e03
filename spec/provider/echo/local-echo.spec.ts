import { TestScheduler } from 'rxjs/testing';
import { from, map } from 'rxjs';
import type { LocalEchoOptions } from '../../../lib/provider/echo/local-echo';
import { localEcho } from '../../../lib/provider/echo/local-echo';
import type { ProviderResponse, Verdict } from '../../../lib/provider/provider';
import { item } from '../support/ask';

const context = (attempt = 1) => ({ signal: new AbortController().signal, attempt, jobId: 'j', timeoutMs: 1_000 });

function sync(provider: ReturnType<typeof localEcho>, asked = item('hi'), attempt = 1): ProviderResponse | Verdict {
  let outcome: ProviderResponse | Verdict | undefined;
  from(provider.request(asked, context(attempt))).subscribe({
    next: (response) => (outcome = response),
    error: (error: unknown) => (outcome = provider.classify!(error)),
  });
  if (outcome === undefined) throw new Error('it did not answer synchronously');
  return outcome;
}

it.each([
  ['hi', 'hi', 1],
  [{ prompt: 'hello', system: 'x' }, 'hello', 2],
  [{ messages: [{ role: 'user', content: 'x' }] }, '{"messages":[{"role":"user","content":"x"}]}', 11],
])('answers %j with itself, at once', (input, output, outputTokens) => {
  expect(sync(localEcho(), item(input))).toMatchObject({
    output,
    usage: { outputTokens },
    raw: { provider: 'local_echo' },
  });
});

it('answers what it is told to, and fails where that throws', () => {
  expect(sync(localEcho({ answer: ({ itemId }) => ({ id: itemId }) }))).toMatchObject({ output: { id: 'a' } });
  const broken = localEcho({
    answer: () => {
      throw Object.assign(new Error('no'), { status: 400 });
    },
  });
  expect(sync(broken)).toMatchObject({ kind: 'fail', error: { code: 'invalid_request' } });
});

it.each([
  ['one latency', { latencyMs: 20 }, '20ms (a|)'],
  ['a range, by item', { latencyMs: [10, 10] }, '10ms (a|)'],
] as [string, LocalEchoOptions, string][])('waits in virtual time: %s', (_name, options, diagram) => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable, cold }) => {
    const answer = from(localEcho(options).request(item('a'), context())).pipe(map(({ output }) => output));
    expectObservable(answer).toBe(diagram, { a: 'a' });
    expectObservable(cold('|')).toBe('|');
  });
});

describe('the failure script', () => {
  it('fails one item for so many attempts', () => {
    const provider = localEcho({ failures: { itemId: 'a', attempts: 2, code: 'network', waitMs: 5 } });
    expect(sync(provider, item('x', { itemId: 'b' }))).toMatchObject({ output: 'x' });
    expect(sync(provider)).toMatchObject({ kind: 'retry', error: { code: 'network' }, waitMs: 5 });
    expect(sync(provider, item('hi'), 2)).toMatchObject({ kind: 'retry' });
    expect(sync(provider, item('hi'), 3)).toMatchObject({ output: 'hi' });
  });

  it('counts refusals itself, which use up no attempt', () => {
    const provider = localEcho({ failures: { attempts: 2, code: 'rate_limited', waitMs: 100 } });
    expect(sync(provider)).toMatchObject({ kind: 'rate_limited', waitMs: 100 });
    expect(sync(provider)).toMatchObject({ kind: 'rate_limited' });
    expect(sync(provider)).toMatchObject({ output: 'hi' });
  });

  it('fails a share, the same on every run', () => {
    const failed = (seed: number): string[] => {
      const provider = localEcho({ failures: { rate: 0.1, seed } });
      const ids = Array.from({ length: 1_000 }, (_, i) => String(i));
      return ids.filter((itemId) => 'kind' in sync(provider, item('x', { itemId })));
    };
    expect(failed(1)).toEqual(failed(1));
    expect(failed(1)).not.toEqual(failed(2));
    expect(failed(1).length).toBeGreaterThan(70);
    expect(failed(1).length).toBeLessThan(130);
  });

  it('takes the first that applies, and predicates', () => {
    const provider = localEcho({
      failures: [
        { when: ({ input }) => input === 'no', code: 'content_filtered', message: 'tut' },
        { when: (_item, tries) => tries === 1, code: 'auth' },
      ],
    });
    expect(sync(provider, item('no'))).toMatchObject({
      kind: 'fail',
      error: { code: 'content_filtered', message: 'tut' },
    });
    expect(sync(provider)).toMatchObject({ kind: 'stop', status: 'failed', code: 'auth' });
    expect(sync(provider, item('hi'), 2)).toMatchObject({ output: 'hi' });
  });
});
