import { catchError, concat, distinctUntilChanged, filter, map, NEVER, of, type Observable } from 'rxjs';
import {
  BatchClient,
  failureVerdict,
  isBatchError,
  latestProgress,
  localEcho,
  mapBatch,
  ProviderError,
  type BatchClientOptions,
  type BatchEvent,
} from '../../lib/index.js';
import { scriptedProvider } from '../../lib/testing/index.js';
import { item } from '../support/clients.js';
import { marbles } from '../support/marbles.js';

const opened: BatchClient[] = [];
afterEach(() => Promise.all(opened.splice(0).map((client) => client.close({ drainMs: 0 }))));

/** The README's recipe: client and `map()` inside `run()`, a database in memory, progress filtered out. */
function open(options: BatchClientOptions): BatchClient {
  const client = new BatchClient({ db: ':memory:', log: false, random: () => 0.5, ...options });
  opened.push(client);
  return client;
}

/** `a` for a good result of item a, `A` for a failed one, `.` for the end. */
const story = map((event: BatchEvent) =>
  event.type === 'item' ? (event.result.ok ? event.itemId : event.itemId.toUpperCase()) : '.',
);
const tale = (events$: Observable<BatchEvent>): Observable<string> =>
  events$.pipe(
    filter(({ type }) => type !== 'progress'),
    story,
  );

const [a, b, c] = [item('a'), item('b'), item('c')];
const broken = (code: 'server_error' | 'rate_limited' | 'invalid_request' | 'auth', waitMs?: number): ProviderError =>
  new ProviderError(failureVerdict(code, code, waitMs === undefined ? {} : { waitMs }));

describe('in virtual time', () => {
  it(
    'a result comes when its answer does, the end with the last',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('--x|'), b: cold('----x|') });
      expectObservable(tale(open({ provider }).map({ items: [a, b] }))).toBe('--a-(b.|)');
    }),
  );

  it(
    'concurrency is a limit: the next request leaves when a slot is free',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answers = { a: cold('----x|'), b: cold('-x|'), c: cold('-x|') };
      expectObservable(
        tale(open({ provider: scriptedProvider(answers), concurrency: 2 }).map({ items: [a, b, c] })),
      ).toBe('-bc-(a.|)');
      expectSubscriptions(answers.a.subscriptions).toBe('^---!');
      expectSubscriptions(answers.b.subscriptions).toBe('^!');
      expectSubscriptions(answers.c.subscriptions).toBe('-^!');
    }),
  );

  it(
    'subscribing twice sends nothing twice, and a late subscriber is told what was',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer = cold('--x|');
      const job = open({ provider: scriptedProvider({ a: answer, b: cold('------x|') }) }).map({ items: [a, b] });
      expectObservable(tale(job)).toBe('                --a---(b.|)');
      expectObservable(tale(job), '----^').toBe('       ----a-(b.|)');
      expectObservable(tale(job), '---------^').toBe('  ---------(ab.|)');
      expectObservable(tale(job.events({ after: 'now' })), '---^').toBe('------(b.|)');
      expectSubscriptions(answer.subscriptions).toBe('^-!');
    }),
  );

  it(
    'unsubscribing stops watching, never the request',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer = cold('-----x|');
      const job = open({ provider: scriptedProvider({ a: answer }) }).map({ items: [a] });
      expectObservable(tale(job), '^-!').toBe('---');
      expectObservable(tale(job), '-----------^').toBe('-----------(a.|)');
      expectSubscriptions(answer.subscriptions).toBe('^----!');
    }),
  );

  it(
    'a failed attempt waits with backoff and full jitter, doubled each time; others go on',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      // random() is 0.5, so half of 1 s, then half of 2 s.
      const attempts = [cold('-#', {}, broken('server_error')), cold('-#', {}, broken('server_error')), cold('-x|')];
      const provider = scriptedProvider({ a: attempts, b: cold('--x|') });
      expectObservable(tale(open({ provider, backoffBaseMs: 1_000, concurrency: 1 }).map({ items: [a, b] }))).toBe(
        '---b 1499ms (a.|)',
      );
      expectSubscriptions(attempts[1]!.subscriptions).toBe('501ms ^!');
      expectSubscriptions(attempts[2]!.subscriptions).toBe('1502ms ^!');
    }),
  );

  it(
    'the backoff comes on top of a wait the provider asks for',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: [cold('#', {}, broken('server_error', 20_000)), cold('-x|')] });
      expectObservable(tale(open({ provider, backoffBaseMs: 100 }).map({ items: [a] }))).toBe('20050ms -(a.|)');
    }),
  );

  it(
    'backoff grows to backoffMaxMs, and the last failure is the item’s',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('#', {}, broken('server_error')) });
      // Halves of 10 s, 20 s, 20 s.
      const client = open({ provider, maxAttempts: 4, backoffBaseMs: 10_000, backoffMaxMs: 20_000 });
      expectObservable(tale(client.map({ items: [a] }))).toBe('25s (A.|)');
    }),
  );

  it(
    'a 429 holds everybody for as long as it says',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const second = cold('-x|');
      const provider = scriptedProvider({
        a: [cold('--#', {}, broken('rate_limited', 30_000)), cold('-x|')],
        b: cold('---x|'),
        c: second,
      });
      expectObservable(tale(open({ provider, concurrency: 2 }).map({ items: [a, b, c] }))).toBe('---b 29998ms -(ac.|)');
      expectSubscriptions(second.subscriptions).toBe('30002ms ^!');
    }),
  );

  it(
    'a 429 without a wait holds for a backoff of its own',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({
        a: [cold('#', {}, broken('rate_limited')), cold('#', {}, broken('rate_limited')), cold('-x|')],
      });
      // 250 ms and half of 500 ms, then 250 ms and half of 1 s.
      expectObservable(tale(open({ provider, maxAttempts: 1 }).map({ items: [a] }))).toBe('1250ms -(a.|)');
    }),
  );

  it(
    'a day of refusals is waited through where maxStallMs allows',
    marbles(({ cold, expectObservable }) => {
      const twoHours = 7_200_000;
      const refusals = Array.from({ length: 12 }, () => cold('#', {}, broken('rate_limited', twoHours)));
      const provider = scriptedProvider({ a: [...refusals, cold('-x|')] });
      expectObservable(tale(open({ provider, maxStallMs: 13 * twoHours }).map({ items: [a] }))).toBe('1440m -(a.|)');
    }),
  );

  it(
    'and pauses the job as stalled where it does not',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('--#', {}, broken('rate_limited', 7_200_000)) });
      const code$ = open({ provider }).map({ items: [a] });
      expectObservable(codeOf(code$)).toBe('--(e|)', { e: 'stalled' });
    }),
  );

  it(
    'an attempt that never answers is given up after attemptTimeoutMs',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const hanging = cold('-');
      const provider = scriptedProvider({ a: [hanging, cold('-x|')] });
      const client = open({ provider, attemptTimeoutMs: 600_000, backoffBaseMs: 2_000 });
      expectObservable(tale(client.map({ items: [a] }))).toBe('601s -(a.|)');
      expectSubscriptions(hanging.subscriptions).toBe('^ 599999ms !');
    }),
  );

  it(
    'requestsPerMinute lets a request go when its time has come',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('-x|'), b: cold('-x|'), c: cold('-x|') });
      expectObservable(tale(open({ provider, requestsPerMinute: 6 }).map({ items: [a, b, c] }))).toBe(
        '-a 9999ms b 9999ms (c.|)',
      );
    }),
  );

  it(
    'a source that takes its time is sent as it comes',
    marbles(({ hot, cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('-x|'), b: cold('-x|') });
      const source$ = hot('--a---b--|', { a, b });
      expectObservable(tale(source$.pipe(mapBatch(open({ provider }))))).toBe('---a---b-(.|)');
    }),
  );

  it(
    'pause() lets answers in flight come, for drainMs',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [soon, late] = [cold('----x|'), cold('-')];
      const job = open({ provider: scriptedProvider({ a: soon, b: late }), drainMs: 10_000 }).map({ items: [a, b] });
      cold('--p').subscribe(() => void job.pause());
      expectObservable(codeOf(job)).toBe('----a 9997ms (e|)', { a: 'a', e: 'paused' });
      expectSubscriptions(soon.subscriptions).toBe('^---!');
      expectSubscriptions(late.subscriptions).toBe('^ 10001ms !');
    }),
  );

  it(
    'cancel() completes when the answers in flight are in',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('----x|') });
      const job = open({ provider, concurrency: 1 }).map({ items: [a, b] });
      cold('--c').subscribe(() => void job.cancel());
      expectObservable(tale(job)).toBe('----(a.|)');
    }),
  );

  it(
    'a wrong key fails the job once',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('-x|'), b: cold('--#', {}, broken('auth')) });
      expectObservable(codeOf(open({ provider }).map({ items: [a, b] }))).toBe('-a(e|)', { a: 'a', e: 'auth' });
    }),
  );

  it(
    'watching across pauses stays open until the job completes',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: [cold('-x|')], b: [cold('-'), cold('-x|')] });
      const client = open({ provider, drainMs: 0 });
      const job = client.map({ items: [a, b] });
      cold('---p').subscribe(() => void job.pause());
      cold('9s r').subscribe(() => client.resume(job.jobId));
      expectObservable(tale(job.events({ acrossPauses: true }))).toBe('-a 8998ms -(b.|)');
    }),
  );

  it(
    'latestProgress() begins at once and ends with the job',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('---x|') });
      const done$ = open({ provider, progressIntervalMs: 1_000 })
        .map({ items: [a] })
        .pipe(
          latestProgress(),
          map(({ status, done }) => `${status} ${String(done)}`),
          distinctUntilChanged(),
        );
      expectObservable(done$).toBe('r--(c|)', { r: 'running 0', c: 'completed 1' });
    }),
  );

  it(
    'progress comes at most once per progressIntervalMs, but for the last, which comes with the end',
    marbles(({ flush }) => {
      const job = open({ provider: localEcho({ latencyMs: [0, 2_000] }), progressIntervalMs: 250 }).map({
        items: Array.from({ length: 50 }, (_, n) => item(`i${String(n)}`)),
      });
      const told: BatchEvent[] = [];
      job.subscribe((event) => told.push(event));
      flush();
      const times = told.filter(({ type, seq }) => type === 'progress' && seq > 0).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(5);
      for (let n = 1; n < times.length - 1; n++) expect(times[n]! - times[n - 1]!).toBeGreaterThanOrEqual(250);
      expect(told.at(-2)).toMatchObject({ type: 'progress', progress: { status: 'completed', etaMs: null } });
      expect(told.at(-1)).toMatchObject({ type: 'complete', at: times.at(-1) });
    }),
  );

  it(
    'an input that never ends keeps the job open, until somebody says enough',
    marbles(({ cold, expectObservable }) => {
      const provider = scriptedProvider({ a: cold('-x|') });
      const client = open({ provider });
      const job = client.map({ items: concat(of(a), NEVER) });
      expectObservable(tale(job), '^ 30m !').toBe('-a');
      cold('60m c').subscribe(() => void job.cancel());
      expectObservable(tale(job)).toBe('-a 3599998ms (.|)');
    }),
  );
});

/** Items, then the code of the error that ended it. */
function codeOf(events$: Observable<BatchEvent>): Observable<string> {
  return tale(events$).pipe(catchError((error: unknown) => of(isBatchError(error) ? error.code : String(error))));
}
