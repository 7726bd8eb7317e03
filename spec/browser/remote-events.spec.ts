import { map, NEVER, of, throwError, toArray, type Observable } from 'rxjs';
import { RemoteBatchClient, type RemoteBatchClientOptions } from '../../lib/browser/index.js';
import { completeEvent, itemEvent, progressEvent } from '../../lib/testing/event-builders.js';
import { marbles } from '../support/marbles.js';
import { answer, json, message, problem, scriptedTransport, stopped, stream } from './support/answers.js';

const first = progressEvent({ seq: 0, total: 3 });
const items = [1, 2, 3].map((seq) => itemEvent({ seq, itemId: `i${String(seq)}` }));
const end = completeEvent({ seq: 4, ok: 3 });
/** Texts a stream is made of: the snapshot, three items, the end, a sign of life. */
const texts = {
  s: message(first),
  '1': message(items[0]!),
  '2': message(items[1]!),
  '3': message(items[2]!),
  e: message(end),
  p: ': ping\n\n',
};

// Every wait is its longest.
const client = (transport: RemoteBatchClientOptions['transport'], more: Partial<RemoteBatchClientOptions> = {}) =>
  new RemoteBatchClient({ baseURL: '/api/', transport, random: () => 1, backoffBaseMs: 100, ...more });

const seqs = map(({ seq }: { readonly seq: number }) => seq);
const told = { s: 0, '1': 1, '2': 2, '3': 3, e: 4 };

describe('jobs from afar', () => {
  const page = (jobIds: readonly string[], more: object) => of(json({ jobs: jobIds.map((jobId) => ({ jobId })), ...more })); // prettier-ignore

  it('are all there, read page by page', async () => {
    const transport = scriptedTransport(
      page(['d', 'c'], { next: 7 }),
      page([], { next: 3 }),
      page(['a'], { next: null }),
    );
    expect((await client(transport).jobs()).map(({ jobId }) => jobId)).toEqual(['d', 'c', 'a']);
    expect(transport.requests.map(({ url }) => url)).toEqual([
      '/api/jobs?limit=1000',
      '/api/jobs?after=7&limit=1000',
      '/api/jobs?after=3&limit=1000',
    ]);
  });

  it('are had a page at a time, also of a server that has no pages', async () => {
    const transport = scriptedTransport(page(['d'], { next: 7 }), page(['c'], {}));
    const remote = client(transport);
    expect(await remote.jobsPage({ limit: 1, status: 'running', search: 'a b' })).toEqual({ jobs: [{ jobId: 'd' }], next: 7 }); // prettier-ignore
    expect(await remote.jobsPage()).toEqual({ jobs: [{ jobId: 'c' }], next: null });
    expect(transport.requests.map(({ url }) => url)).toEqual([
      '/api/jobs?limit=1&status=running&search=a+b',
      '/api/jobs',
    ]);
  });
});

describe('events from afar', () => {
  it(
    'are those of the job, and end with it',
    marbles(({ cold, expectObservable, flush }) => {
      const transport = scriptedTransport(cold('-r', { r: stream(cold('-s1-(2p)e---', texts)) }));
      expectObservable(client(transport).job('job').pipe(seqs)).toBe('--s1-2---(e|)', told);
      flush();
      expect(transport.requests).toEqual([
        { method: 'GET', url: '/api/jobs/job/events', headers: { accept: 'text/event-stream' } },
      ]);
    }),
  );

  it(
    'go on after a cut behind the last one that came, which the server may repeat',
    marbles(({ cold, expectObservable, flush }) => {
      const transport = scriptedTransport(
        cold('r', { r: stream(cold('s1#', texts)) }),
        cold('r', { r: stream(cold('1-(12)#', texts)) }),
        cold('r', { r: stream(cold('3e', texts)) }),
      );
      expectObservable(client(transport).job('job').pipe(seqs)).toBe('s1 100ms --2 3ms 100ms 3(e|)', told);
      flush();
      expect(transport.requests.map(({ url }) => url)).toEqual([
        '/api/jobs/job/events',
        '/api/jobs/job/events?after=1',
        '/api/jobs/job/events?after=2',
      ]);
    }),
  );

  it(
    'come whole, however they are cut, also after a connection that just ended',
    marbles(({ cold, expectObservable }) => {
      const text = texts['1'] + texts['2'];
      const pieces = { x: text.slice(0, 7), y: text.slice(7, -1), z: '\n' + texts['3'].slice(0, 20) };
      const transport = scriptedTransport(
        cold('r', { r: stream(cold('xyz|', pieces)) }),
        cold('r', { r: stream(cold('3e', texts)) }),
      );
      expectObservable(client(transport).job('job').events({ after: 0 }).pipe(seqs)).toBe('-12 100ms 3(e|)', told);
    }),
  );

  it(
    'wait longer from failure to failure, as long as the server says, and start afresh after a message',
    marbles(({ cold, expectObservable }) => {
      const down = cold<never>('#', undefined, new TypeError('Failed to fetch'));
      const transport = scriptedTransport(
        down,
        down,
        down,
        of(answer({ status: 503, headers: { 'retry-after': '5' } })),
        cold('r', { r: stream(cold('s#', texts)) }),
        cold('r', { r: stream(cold('e', texts)) }),
      );
      const job = client(transport).job('job');
      // 100 + 200 + 400 + 5,000 + 800, then 100 again
      expectObservable(job.pipe(seqs)).toBe('6500ms s 100ms (e|)', told);
    }),
  );

  it(
    'show how the connection stands',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(
        cold('--r', { r: stream(cold('s#', texts)) }),
        cold('--r', { r: stream(cold('e', texts)) }),
      );
      const remote = client(transport);
      const job = remote.job('job');
      const states = { i: 'idle', c: 'connecting', o: 'open', w: 'waiting' };
      expectObservable(job.pipe(seqs)).toBe('--s 102ms (e|)', told);
      expectObservable(job.connection$).toBe('(ic)-ow 99ms c-(oi)'.replace('(ic)-', 'c-'), states);
      expectObservable(remote.connection$).toBe('(ic)-ow 99ms c-(oi)'.replace('(ic)-', 'c-'), states);
    }),
  );

  it(
    'raise no alarm where a connection has just ended: the next one tells whether there is more',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(
        cold('r', { r: stream(cold('s----|', texts)) }),
        cold('--r', { r: answer({ status: 204 }) }),
      );
      const job = client(transport).job('job');
      const states = { i: 'idle', c: 'connecting', o: 'open', w: 'waiting' };
      expectObservable(job.pipe(seqs)).toBe('s 106ms |', told);
      expectObservable(job.connection$).toBe('(co)-c 101ms i', states);
    }),
  );

  it(
    'give up a connection that says nothing, not one that only pings',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(
        cold('r', { r: stream(cold('s 29s p 29s p', texts)) }),
        NEVER,
        cold('r', { r: stream(cold('e', texts)) }),
      );
      const job = client(transport, { silenceMs: 30_000 }).job('job');
      // 58 s and 2 ms of pings, 30 s of silence, 100 ms; 30 s without an answer, 200 ms
      expectObservable(job.pipe(seqs)).toBe('s 118301ms (e|)', told);
    }),
  );

  it(
    'end where nothing can come any more',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(cold('-r', { r: answer({ status: 204 }) }));
      expectObservable(client(transport).job('job').events({ after: 4 })).toBe('-|');
    }),
  );

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'job_not_found'],
  ])('end with what a %i says: %s', (status, code) =>
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(cold('-r', { r: problem(status, code, 'in words') }));
      const ended$ = client(transport).job('job');
      expectObservable(ended$).toBe('-#', undefined, expect.objectContaining({ code, message: 'in words' }));
    })(),
  );

  it(
    'end with what is no event stream',
    marbles(({ cold, expectObservable }) => {
      const page = answer({ headers: { 'content-type': 'text/html' }, text$: of('<h1>Sign in</h1>') });
      const transport = scriptedTransport(cold('-r', { r: page }));
      expectObservable(client(transport).job('job')).toBe(
        '-#',
        undefined,
        expect.objectContaining({ code: 'refused' }),
      );
    }),
  );

  it(
    'end with why a job has stopped, or go on across it',
    marbles(({ cold, expectObservable }) => {
      const paused = cold('spe', { s: texts.s, p: stopped('job', 'daily_quota'), e: texts.e });
      const remote = client(scriptedTransport(of(stream(paused)), of(stream(paused))));
      expectObservable(remote.job('job').pipe(seqs)).toBe('s#', told, expect.objectContaining({ code: 'daily_quota' }));
      expectObservable(remote.job('job').events({ acrossPauses: true }).pipe(seqs)).toBe('s-(e|)', told);
    }),
  );

  it(
    'come for several jobs over one connection, each with its snapshot',
    marbles(({ cold, expectObservable, flush }) => {
      const of2 = (jobId: string) => ({
        s: message(progressEvent({ jobId, seq: 0 })),
        i: message(itemEvent({ jobId, seq: jobId === 'a' ? 1 : 2 })),
        e: message(completeEvent({ jobId, seq: jobId === 'a' ? 3 : 4 })),
      });
      const [a, b] = [of2('a'), of2('b')];
      const words = { s: a.s + b.s, i: a.i + b.i, e: a.e, f: b.e };
      const transport = scriptedTransport(of(stream(cold('si#', words))), of(stream(cold('ief', words))));
      const both$ = client(transport)
        .events(['a', 'b'])
        .pipe(map(({ jobId, seq }) => `${jobId}${String(seq)}`));
      const values = { s: 'a0', t: 'b0', i: 'a1', j: 'b2', e: 'a3', f: 'b4' };
      expectObservable(both$.pipe(toArray())).toBe('104ms (x|)', { x: Object.values(values) });
      flush();
      expect(transport.requests.map(({ url }) => url)).toEqual([
        '/api/events?job=a&job=b',
        '/api/events?job=a&job=b&after=2',
      ]);
    }),
  );

  it.each(['now', undefined] as const)(
    'begin with the snapshots of all jobs, cut off between them or not: %s',
    (from) =>
      marbles(({ cold, expectObservable, flush }) => {
        const snapshot = (jobId: string, seq: number) => message(progressEvent({ jobId, seq }));
        const words = {
          a: snapshot('a', 5),
          // What came of `a` while nobody listened is in its snapshot.
          c: snapshot('a', 7) + snapshot('b', 7),
          g: stopped('gone', 'job_not_found', 'job_not_found'),
          d: message(completeEvent({ jobId: 'a', seq: 8 })),
          e: message(completeEvent({ jobId: 'b', seq: 9 })),
        };
        const transport = scriptedTransport(
          of(stream(cold('a#', words))),
          of(stream(cold('-c-g-#', words))),
          of(stream(cold('-de', words))),
        );
        const all$ = client(transport)
          .events(['a', 'b', 'gone'], from === undefined ? {} : { after: from })
          .pipe(map(({ jobId, seq }) => `${jobId}${String(seq)}`));
        expectObservable(all$).toBe('101ms ---(xy) 98ms -d(e|)', { x: 'a7', y: 'b7', d: 'a8', e: 'b9' });
        flush();
        const after = transport.requests.map(({ url }) => new URL(url, 'http://x').searchParams.get('after'));
        expect(after).toEqual([from ?? null, from ?? null, '7']);
      })(),
  );

  it(
    'end with a message that cannot be read',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(of(stream(cold('x', { x: 'id: 1\ndata: {"type":\n\n' }))));
      expectObservable(client(transport).job('job')).toBe('#', undefined, expect.objectContaining({ code: 'refused' }));
    }),
  );

  it(
    'begin when the server has the items, which are sent until it has',
    marbles(({ cold, expectObservable, flush }) => {
      const transport = scriptedTransport(
        cold('#', undefined, new TypeError('Failed to fetch')),
        of(answer({ status: 409, headers: { 'retry-after': '1' } })),
        cold('-a|', { a: json({}, 201) }),
        of(stream(cold('-se', texts))),
      );
      const remote = client(transport);
      const job = remote.map({
        jobId: 'job',
        items: cold('ab|', { a: { input: 'x' }, b: { input: 'y' } }),
        model: 'm',
      });
      // 2 ms of reading, waits of 100 ms and 1.2 s, 1 ms and 1 ms on the way
      expectObservable(job.pipe(seqs)).toBe('2ms 1300ms -- s(e|)', told);
      flush();
      const [, , upload] = transport.requests;
      expect(upload?.headers['idempotency-key']).toBe('job');
      expect(upload?.body?.join('')).toBe('{"job":{"model":"m"}}\n{"input":"x"}\n{"input":"y"}\n');
    }),
  );
});

describe('a wait before the next try, in a browser', () => {
  /** The page's window and document, as far as they matter, with a count of who listens. */
  class Place extends EventTarget {
    listeners = 0;
    visibilityState = 'hidden';
    override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
      this.listeners++;
      super.addEventListener(...args);
    }
    override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
      this.listeners--;
      super.removeEventListener(...args);
    }
  }
  const place = globalThis as Record<string, unknown>;
  let window: Place;
  let document: Place;
  beforeEach(() => {
    [window, document] = [new Place(), new Place()];
    place['addEventListener'] = window.addEventListener.bind(window);
    place['removeEventListener'] = window.removeEventListener.bind(window);
    place['document'] = document;
  });
  afterEach(() => {
    delete place['addEventListener'];
    delete place['removeEventListener'];
    delete place['document'];
    // Whatever was waited for, and however it ended, nobody listens any more.
    expect([window.listeners, document.listeners]).toEqual([0, 0]);
  });
  const online = (): boolean => window.dispatchEvent(new Event('online'));
  const look = (state: string) => (): boolean => {
    document.visibilityState = state;
    return document.dispatchEvent(new Event('visibilitychange'));
  };
  const after = (cold: (marbles: string) => Observable<string>, wait: string, act: () => unknown): void =>
    void cold(`${wait} (x|)`).subscribe(() => act());
  const down = throwError(() => new TypeError('Failed to fetch'));
  const up = of(stream(of(texts.e)));

  it(
    'ends when it comes online, and the waits after it begin anew',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(down, down, down, down, down, up);
      after(cold, '1000ms', online);
      // 100, 200, 400 ms, 300 ms into the next 800; then 100 again
      expectObservable(client(transport).job('job').pipe(seqs)).toBe('1100ms (e|)', told);
    }),
  );

  it(
    'ends when the tab is looked at again, not when it is left',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(down, up);
      const remote = client(transport, { backoffBaseMs: 10_000 });
      after(cold, '1000ms', look('hidden'));
      after(cold, '3000ms', look('visible'));
      expectObservable(remote.job('job').pipe(seqs)).toBe('3000ms (e|)', told);
    }),
  );

  it(
    'is waited out where the server has asked for it',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(of(answer({ status: 503, headers: { 'retry-after': '5' } })), up);
      after(cold, '1000ms', online);
      expectObservable(client(transport).job('job').pipe(seqs)).toBe('5100ms (e|)', told);
    }),
  );

  it(
    'leaves no listener when nobody waits any more',
    marbles(({ expectObservable }) => {
      const transport = scriptedTransport(down);
      expectObservable(client(transport, { backoffBaseMs: 10_000 }).job('job').pipe(seqs), '^ 500ms !').toBe('');
    }),
  );

  it(
    'ends for a batch on its way to the server, too',
    marbles(({ cold, expectObservable }) => {
      const transport = scriptedTransport(down, of(json({})), up);
      after(cold, '1000ms', online);
      const remote = client(transport, { backoffBaseMs: 10_000 });
      expectObservable(remote.map({ jobId: 'job', items: [{ input: 'a' }] }).pipe(seqs)).toBe('1000ms (e|)', told);
    }),
  );

  it(
    'works where only a worker’s half of it is there',
    marbles(({ cold, expectObservable }) => {
      delete place['document'];
      after(cold, '1000ms', online);
      const remote = client(scriptedTransport(down, up), { backoffBaseMs: 10_000 });
      expectObservable(remote.job('job').pipe(seqs)).toBe('1000ms (e|)', told);
    }),
  );
});
