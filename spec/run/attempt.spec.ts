import { asyncScheduler, EMPTY, NEVER, Observable, of, Subject, throwError, type ObservableInput } from 'rxjs';
import type { Provider, ProviderResponse, RequestContext } from '../../lib/provider/provider.js';
import { isProviderError } from '../../lib/provider/provider-error.js';
import { attempt } from '../../lib/run/attempt.js';
import { Deadlines } from '../../lib/run/deadlines.js';
import { marbles } from '../support/marbles.js';
import { resolved } from './support.js';

type Answer = (context: RequestContext) => ObservableInput<ProviderResponse>;

const a: ProviderResponse = { output: 'a' };
const b: ProviderResponse = { output: 'b' };

function run(
  answer: Answer,
  timeoutMs = 1_000,
): { readonly answer$: Observable<ProviderResponse>; readonly contexts: RequestContext[] } {
  const contexts: RequestContext[] = [];
  const provider: Provider = {
    name: 'p',
    request: (_item, context) => {
      contexts.push(context);
      return answer(context);
    },
  };
  const deadlines = new Deadlines(timeoutMs, asyncScheduler);
  const answer$ = new Observable<ProviderResponse>((subscriber) =>
    attempt(
      provider,
      resolved(),
      { jobId: 'job', attempt: 2, deadlines },
      {
        next: (response) => (subscriber.next(response), subscriber.complete()),
        error: (error) => subscriber.error(error),
      },
    ),
  );
  return { answer$, contexts };
}

const codeOf = (error: unknown): unknown => (isProviderError(error) ? error.verdict.error.code : error);

/** What an Observable told, in words. */
function told(source: Observable<ProviderResponse>): unknown[] {
  const seen: unknown[] = [];
  source.subscribe({
    next: ({ output }) => seen.push(output),
    error: (error: unknown) => seen.push(codeOf(error)),
    complete: () => seen.push('|'),
  });
  return seen;
}

describe('attempt', () => {
  it(
    'gives the one answer, and its signal is not aborted by that',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const answer = cold('--a----b|', { a, b });
      const { answer$, contexts } = run(() => answer);
      const [first] = [contexts];
      expectObservable(answer$).toBe('--(a|)', { a });
      // The first answer is the answer: the rest is not waited for.
      expectSubscriptions(answer.subscriptions).toBe('^-!');
      flush();
      expect(first[0]?.signal.aborted).toBe(false);
      expect(first[0]).toMatchObject({ jobId: 'job', attempt: 2, timeoutMs: 1_000 });
    }),
  );

  it(
    'fails as the request failed, and its signal is not aborted by that',
    marbles(({ cold, expectObservable, flush }) => {
      const { answer$, contexts } = run(() => cold('--#'));
      expectObservable(answer$).toBe('--#');
      flush();
      expect(contexts[0]?.signal.aborted).toBe(false);
    }),
  );

  it(
    'fails with a timeout when there is no whole answer in time, and aborts the request',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const answer = cold('- 2s a|');
      const signals: AbortSignal[] = [];
      const { answer$ } = run(({ signal }) => (signals.push(signal), answer.pipe() as Observable<never>));
      const failed$ = new Observable<unknown>((subscriber) =>
        answer$.subscribe({
          error: (error: unknown) => (
            subscriber.next([codeOf(error), (error as Error).message]),
            subscriber.complete()
          ),
        }),
      );
      expectObservable(failed$).toBe('1s (t|)', { t: ['timeout', 'No answer within 1000 ms'] });
      expectSubscriptions(answer.subscriptions).toBe('^ 999ms !');
      flush();
      expect(signals[0]?.aborted).toBe(true);
    }),
  );

  it(
    'aborts the request when it is given up',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const answer = cold('-----a|', { a });
      const signals: AbortSignal[] = [];
      expectObservable(run(({ signal }) => (signals.push(signal), answer)).answer$, '^--!').toBe('---');
      expectSubscriptions(answer.subscriptions).toBe('^--!');
      flush();
      expect(signals[0]?.aborted).toBe(true);
    }),
  );

  it('aborts a signal that is asked for only after the end', () => {
    const { answer$, contexts } = run(() => NEVER);
    answer$.subscribe().unsubscribe();
    expect(contexts[0]?.signal.aborted).toBe(true);
    const answered = run(() => of(a));
    answered.answer$.subscribe();
    expect(answered.contexts[0]?.signal.aborted).toBe(false);
  });

  it.each<[string, Answer, unknown[]]>([
    ['answers at once', () => of(a), ['a', '|']],
    ['answers at once, twice', () => of(a, b), ['a', '|']],
    ['answers nothing', () => EMPTY, ['invalid_response']],
    ['fails at once', () => throwError(() => new Error('broken')), [new Error('broken')]],
    ['throws instead of answering', () => { throw 'thrown'; }, ['thrown']], // prettier-ignore
    ['answers, then fails', () => new Observable((subscriber) => { subscriber.next(a); subscriber.error('late'); }), ['a', '|']], // prettier-ignore
    ['is an array', () => [a], ['a', '|']],
  ])('one that %s', (_what, answer, expected) => {
    expect(told(run(answer).answer$)).toEqual(expected);
  });

  it('one whose answer is no stream at all fails, and says so', () => {
    const [error] = told(run(() => undefined as unknown as ObservableInput<ProviderResponse>).answer$);
    expect(String(error)).toContain('undefined');
  });

  it('takes a promise as well', async () => {
    const { answer$ } = run(() => Promise.resolve(a));
    const seen = told(answer$);
    await Promise.resolve();
    await Promise.resolve();
    expect(seen).toEqual(['a', '|']);
  });

  it('does not listen on to a synchronous request whose first answer was enough', () => {
    let listening = true;
    const { answer$ } = run(
      () =>
        new Observable((subscriber) => {
          subscriber.next(a);
          return () => (listening = false);
        }),
    );
    expect(told(answer$)).toEqual(['a', '|']);
    expect(listening).toBe(false);
  });

  it('asks anew for each subscription', () => {
    let asked = 0;
    const { answer$ } = run(() => of({ output: ++asked }));
    expect([told(answer$), told(answer$)]).toEqual([
      [1, '|'],
      [2, '|'],
    ]);
  });

  it('leaves no timer behind an answer', () => {
    jest.useFakeTimers();
    try {
      const answers = new Subject<ProviderResponse>();
      run(() => answers).answer$.subscribe();
      expect(jest.getTimerCount()).toBe(1);
      answers.next(a);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('Deadlines', () => {
  it(
    'expire each in its time, with one timer for all',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const deadlines = new Deadlines(10, scheduler);
      const expired: string[] = [];
      cold('a-b-c-d').subscribe((name) => {
        const deadline = deadlines.set(() => expired.push(`${name}@${scheduler.now()}`));
        if (name === 'b') deadline.done();
      });
      expectObservable(cold('a')).toBe('a');
      flush();
      expect(expired).toEqual(['a@10', 'c@14', 'd@16']);
    }),
  );

  it('hold no timer when nothing is open', () => {
    jest.useFakeTimers();
    try {
      const deadlines = new Deadlines(1_000, asyncScheduler);
      const all = Array.from({ length: 1_000 }, () => deadlines.set(() => undefined));
      expect(jest.getTimerCount()).toBe(1);
      for (const deadline of all) deadline.done();
      all[0]?.done();
      expect(jest.getTimerCount()).toBe(0);
      deadlines.set(() => undefined);
      expect(jest.getTimerCount()).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('may be set again by what expired', () => {
    jest.useFakeTimers();
    try {
      let expired = 0;
      const deadlines = new Deadlines(100, asyncScheduler);
      const again = (): void => {
        if (++expired < 3) deadlines.set(again);
      };
      deadlines.set(again);
      jest.advanceTimersByTime(1_000);
      expect(expired).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});
