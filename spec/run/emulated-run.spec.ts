import { asyncScheduler, map, Subject, takeUntil, timer, type Observable, type OperatorFunction } from 'rxjs';
import { Limiter, type LimiterOptions } from '../../lib/pacing/limiter.js';
import { failureVerdict, ProviderError } from '../../lib/provider/provider-error.js';
import { CircuitBreaker } from '../../lib/run/circuit-breaker.js';
import { emulatedRun, type EmulatedRunOptions } from '../../lib/run/emulated-run.js';
import type { StopRequest } from '../../lib/run/stop.js';
import { toWorkItem } from '../../lib/run/work-item.js';
import { WorkQueue } from '../../lib/run/work-queue.js';
import type { Draft } from '../../lib/store/store.js';
import { scriptedProvider, type Script, type ScriptedProviderOptions } from '../../lib/testing/index.js';
import { marbles } from '../support/marbles.js';
import { claimed, outcomeOptions } from './support.js';

interface Rig {
  readonly drafts$: Observable<string>;
  readonly log: ReturnType<typeof scriptedProvider>['log'];
  readonly stops: StopRequest[];
  readonly stopped$: Subject<void>;
  readonly limiter: Limiter;
  /** The most requests open at the same time, and those open at the end. */
  readonly sending: { open: number; most: number };
}

interface RigOptions extends Partial<EmulatedRunOptions> {
  readonly items: number;
  readonly limits?: LimiterOptions;
  readonly provider?: never;
  readonly providerOptions?: ScriptedProviderOptions;
}

/** A run over items `i1`, `i2`, ... whose drafts are words: `1` ok, `1x` failed, `1+2` its second counted failure. */
function rig(script: Script, { items, limits = {}, providerOptions = {}, ...more }: RigOptions): Rig {
  const provider = scriptedProvider(script, providerOptions);
  const limiter = new Limiter({ scheduler: asyncScheduler, random: () => 1, ...limits });
  const queue = new WorkQueue({
    claim: (after, limit) => Array.from({ length: Math.min(limit, items - after) }, (_, n) => claimed(after + n + 1)),
    toItem: (item) => toWorkItem(item, { model: undefined, params: {} }),
    lowWater: 0,
  });
  queue.open();
  queue.inputGrew(true);
  const stops: StopRequest[] = [];
  const stopped$ = new Subject<void>();
  const sending = { open: 0, most: 0 };
  const run$ = emulatedRun({
    ...outcomeOptions,
    jobId: 'job',
    provider,
    queue,
    limiterFor: () => limiter,
    breaker: new CircuitBreaker({}),
    concurrency: 2,
    timeoutMs: 1_000,
    maxStallMs: 3_600_000,
    stop: (request) => {
      stops.push(request);
      queue.close();
    },
    stopped$,
    sending: (change) => {
      sending.open += change;
      sending.most = Math.max(sending.most, sending.open);
    },
    sleptSince: () => false,
    ...more,
  });
  return { drafts$: run$.pipe(words()), log: provider.log, stops, stopped$, limiter, sending };
}

function words(): OperatorFunction<Draft, string> {
  return map((draft) => {
    if (draft.type === 'item') return `${draft.ordinal}${draft.result.ok ? '' : 'x'}`;
    return draft.type === 'attempt' ? `${draft.ordinal}+${draft.failures}` : 'progress';
  });
}

const busy = (waitMs?: number): ProviderError =>
  new ProviderError(failureVerdict('rate_limited', 'slow down', waitMs === undefined ? {} : { waitMs }));
const broken = new ProviderError(failureVerdict('server_error', 'broken'));

describe('emulatedRun', () => {
  const names = { a: '1', b: '2', c: '3', d: '4', x: '2x', p: '1+1', q: '1+2', z: '1x' };

  it(
    'keeps as many requests open as it may, and completes after the last answer',
    marbles(({ cold, expectObservable, flush }) => {
      const { drafts$, log, sending } = rig(() => cold('----o|'), { items: 4 });
      expectObservable(drafts$).toBe('----(ab)(cd|)', names);
      flush();
      expect([log.maxActive, log.requests.length, sending]).toEqual([2, 4, { open: 0, most: 2 }]);
    }),
  );

  it(
    'keeps the siblings of a failed item running',
    marbles(({ cold, expectObservable, flush }) => {
      const hopeless = new ProviderError(failureVerdict('content_filtered', 'no'));
      const { drafts$, log } = rig(
        { i1: cold('-----o|'), i2: cold('--#', {}, hopeless), i3: cold('-o|') },
        { items: 3 },
      );
      expectObservable(drafts$).toBe('--xc-(a|)', names);
      flush();
      expect(log.requests.map(({ state }) => state)).toEqual(['answered', 'failed', 'answered']);
    }),
  );

  it(
    'tries again after the backoff, holding no slot meanwhile, and writes each counted failure',
    marbles(({ cold, expectObservable, flush }) => {
      const { drafts$, log } = rig(
        { i1: [cold('-#', {}, broken), cold('-#', {}, broken), cold('-o|')], i2: cold('-o|') },
        { items: 2, concurrency: 1 },
      );
      // 100 ms after the first failure, 200 ms after the second; item 2 goes in between.
      expectObservable(drafts$).toBe('-pb 99ms q 200ms (a|)', names);
      flush();
      expect(log.requests.map(({ itemId, attempt }) => [itemId, attempt])).toEqual([['i1', 1], ['i2', 1], ['i1', 2], ['i1', 3]]); // prettier-ignore
    }),
  );

  it(
    'gives an item up after its attempts',
    marbles(({ cold, expectObservable }) => {
      const { drafts$ } = rig(() => cold('-#', {}, broken), { items: 1 });
      expectObservable(drafts$).toBe('-p 100ms q 200ms (z|)', names);
    }),
  );

  it(
    'a refusal for the rate holds everybody and uses up no attempt',
    marbles(({ cold, expectObservable, flush }) => {
      const script = { i1: [cold('-#', {}, busy(500)), cold('-o|')], i2: cold('--o|'), i3: cold('-o|') };
      const { drafts$, log } = rig(script, { items: 3 });
      // One at a time after a hold, but item 2 succeeded meanwhile: two.
      expectObservable(drafts$).toBe('--b 499ms (ac|)', names);
      flush();
      expect(log.requests.map(({ itemId, attempt, sentAt }) => [itemId, attempt, sentAt])).toEqual([['i1', 1, 0], ['i2', 1, 0], ['i1', 1, 501], ['i3', 1, 501]]); // prettier-ignore
    }),
  );

  it(
    'passes the limiter for each attempt',
    marbles(({ cold, expectObservable }) => {
      const { drafts$ } = rig(() => cold('(o|)'), { items: 3, limits: { requestsPerMinute: 60 } });
      expectObservable(drafts$).toBe('a 999ms b 999ms (c|)', names);
    }),
  );

  it(
    'takes from the quota of tokens what the provider estimates',
    marbles(({ cold, expectObservable }) => {
      const providerOptions = { estimateTokens: () => 30 };
      const { drafts$ } = rig(() => cold('(o|)'), { items: 3, limits: { tokensPerMinute: 1_800 }, providerOptions });
      expectObservable(drafts$).toBe('a 999ms b 999ms (c|)', names);
    }),
  );

  it(
    'stops the job on what no item can pass; the item stays to be sent',
    marbles(({ cold, expectObservable, flush }) => {
      const denied = new ProviderError(failureVerdict('auth', 'wrong key', { status: 401 }));
      const { drafts$, stops, log } = rig(
        { i1: cold('--#', {}, denied), i2: cold('----o|'), i3: cold('o|') },
        { items: 3 },
      );
      expectObservable(drafts$).toBe('----(b|)', names);
      flush();
      expect(stops).toEqual([{ kind: 'stop', status: 'failed', code: 'auth', message: 'wrong key' }]);
      expect(log.sent('i3')).toBe(0);
    }),
  );

  it(
    'pauses when too many failed, and still tells of those',
    marbles(({ cold, expectObservable, flush }) => {
      const hopeless = new ProviderError(failureVerdict('invalid_request', 'no such model'));
      const { drafts$, stops } = rig(() => cold('-#', {}, hopeless), {
        items: 9,
        concurrency: 1,
        breaker: new CircuitBreaker({ maxFailures: 1 }),
      });
      expectObservable(drafts$).toBe('-z(x|)', names);
      flush();
      expect(stops).toMatchObject([{ status: 'paused', code: 'too_many_failures' }]);
    }),
  );

  it(
    'pauses when the provider has refused everything for too long',
    marbles(({ cold, expectObservable, flush }) => {
      const { drafts$, stops, log } = rig(() => cold('#', {}, busy(40_000)), {
        items: 5,
        concurrency: 1,
        maxStallMs: 60_000,
      });
      expectObservable(drafts$).toBe('40s |');
      flush();
      expect(stops).toMatchObject([{ kind: 'stop', status: 'paused', code: 'stalled' }]);
      expect(log.requests).toHaveLength(2);
    }),
  );

  it(
    'lets those who wait for the limiter go when the run stops',
    marbles(({ cold, expectObservable, flush }) => {
      const { drafts$, stopped$, log } = rig(() => cold('(o|)'), { items: 5, limits: { requestsPerMinute: 1 } });
      timer(10).subscribe(() => stopped$.next());
      expectObservable(drafts$, '^ 50ms !').toBe('a---', names);
      flush();
      expect(log.requests).toHaveLength(1);
    }),
  );

  it(
    'aborts every open request when it is given up, and says that they are over',
    marbles(({ cold, expectObservable, flush }) => {
      const { drafts$, log, sending, limiter } = rig(() => cold('-----o|'), { items: 4 });
      expectObservable(drafts$.pipe(takeUntil(timer(3)))).toBe('---|');
      flush();
      expect(log.requests.map(({ state, signal }) => [state, signal.aborted])).toEqual([['given up', true], ['given up', true]]); // prettier-ignore
      expect([sending.open, limiter.state.waiting]).toEqual([0, 0]);
    }),
  );

  it(
    'a machine that slept costs no attempt',
    marbles(({ cold, expectObservable, flush }) => {
      let slept = true;
      const { drafts$, log } = rig(
        { i1: [cold('-#', {}, broken), cold('-o|')] },
        { items: 1, sleptSince: () => slept && !(slept = false) },
      );
      expectObservable(drafts$).toBe('- 101ms (a|)', names);
      flush();
      expect(log.requests.map(({ attempt }) => attempt)).toEqual([1, 1]);
    }),
  );

  it('takes a classify that throws for none', () => {
    const { drafts$ } = rig(() => Object.assign(new Error('no'), { status: 400 }), {
      items: 1,
      providerOptions: {
        classify: () => {
          throw new Error('a bug');
        },
      },
    });
    const seen: string[] = [];
    drafts$.subscribe((draft) => seen.push(draft));
    expect(seen).toEqual(['1x']);
  });

  it('works through thousands that answer at once', async () => {
    const { drafts$, log } = rig(() => 'at once', { items: 5_000, concurrency: 50 });
    let count = 0;
    await new Promise<void>((resolve) => void drafts$.subscribe({ next: () => count++, complete: resolve }));
    expect([count, log.maxActive]).toEqual([5_000, 1]);
  });
});
