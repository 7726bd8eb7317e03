import fc from 'fast-check';
import { filter, firstValueFrom, lastValueFrom, Subscription, take, tap, toArray, type Observable } from 'rxjs';
import type { BatchEvent } from '../../lib/index.js';
import { items, itemsTold, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

/** What a subscriber was told, as long as it listened. */
class Watcher {
  readonly events: BatchEvent[] = [];
  readonly subscription = new Subscription();
  /** How it ended: `complete`, `left`, or the error. */
  readonly ended: Promise<string>;

  constructor(job: Observable<BatchEvent>) {
    this.ended = new Promise((resolve) => {
      this.subscription.add(
        job.subscribe({
          next: (event) => this.events.push(event),
          error: (error: unknown) => resolve(String(error)),
          complete: () => resolve('complete'),
        }),
      );
      this.subscription.add(() => resolve('left'));
    });
  }

  get items(): readonly BatchEvent[] {
    return this.events.filter(({ type }) => type === 'item');
  }
}

function expectRising(events: readonly BatchEvent[]): void {
  for (let n = 1; n < events.length; n++) expect(events[n]!.seq).toBeGreaterThan(events[n - 1]!.seq);
}

describe('a job as an Observable', () => {
  it('begins with a snapshot of the progress, synchronously, whenever somebody subscribes', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(2) });
    const first = (): BatchEvent | undefined => {
      let event: BatchEvent | undefined;
      job.pipe(take(1)).subscribe((value) => (event = value));
      return event;
    };
    expect(first()).toMatchObject({ type: 'progress', jobId: job.jobId, progress: { status: 'running', done: 0 } });
    (await provider.asked(1))[0]!.answer();
    await provider.asked(2);
    expect(first()).toMatchObject({
      type: 'progress',
      progress: { status: 'running', total: 2, done: 1, inFlight: 1 },
    });
    const told = tell(job);
    provider.asks[1]!.answer();
    await told;
    expect(first()).toMatchObject({
      type: 'progress',
      progress: { status: 'completed', done: 2, inFlight: 0, pending: 0 },
    });
  });

  it('tells every item once, in rising sequence, then complete, last', async () => {
    const { events, ids, last } = await tell(
      clients.open({ localEcho: { latencyMs: [0, 5] } }).map({ items: items(300) }),
    );
    expectRising(events);
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
    expect(events.filter(({ type }) => type === 'complete')).toEqual([last]);
    expect(last).toMatchObject({ type: 'complete', status: 'completed', progress: { total: 300, ok: 300 } });
  });

  it('replays to a late subscriber every item, the latest progress, and the end', async () => {
    const job = clients.open({ progressIntervalMs: 1, localEcho: { latencyMs: [0, 30] } }).map({ items: items(300) });
    const live = await tell(job);
    expect(live.events.filter(({ type }) => type === 'progress').length).toBeGreaterThan(3);
    const replay = await tell(job);
    expectRising(replay.events);
    expect(replay.items).toEqual(live.items);
    expect(replay.last).toEqual(live.last);
    // The snapshot, and the newest of those stored.
    expect(replay.events.filter(({ type }) => type === 'progress')).toHaveLength(2);
  });

  it('is the same after the process: another client replays the same events', async () => {
    const client = clients.open({ localEcho: { failures: { itemId: 'i1', code: 'invalid_request' } } });
    const told = await tell(client.map({ jobId: 'j', items: items(3) }));
    await client.close();
    const again = await tell(clients.open().job('j'));
    expect(again.events.slice(1)).toEqual(
      told.events.filter((event) => event.type !== 'progress' || event === told.events.at(-2)),
    );
  });

  it('loses and repeats nothing for a subscriber inside a handler', async () => {
    const job = clients.open({ concurrency: 8 }).map({ items: items(100) });
    const inner: Watcher[] = [];
    const spy = job.pipe(
      tap((event) => {
        if (event.type === 'item' && inner.length < 20) inner.push(new Watcher(job));
      }),
    );
    const all = (await tell(spy)).items;
    expect(all).toHaveLength(100);
    expect(inner).toHaveLength(20);
    for (const watcher of inner) {
      expect(await watcher.ended).toBe('complete');
      expectRising(watcher.events);
      expect(watcher.items).toEqual(all);
    }
  });

  it('keeps telling the others when one subscriber throws or leaves', async () => {
    const job = clients.open().map({ items: items(20) });
    const leaver = job.pipe(take(5)).subscribe();
    const broken = new Watcher(
      job.pipe(
        tap((event) => {
          if (event.type === 'item') throw new Error('mine');
        }),
      ),
    );
    const { ids } = await tell(job);
    expect(ids).toHaveLength(20);
    expect(leaver.closed).toBe(true);
    expect(await broken.ended).toBe('Error: mine');
  });

  it('never aborts a request because a watcher left', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider }).map({ items: items(2) });
    const watcher = job.subscribe();
    const asks = await provider.asked(2);
    watcher.unsubscribe();
    expect(asks.map(({ context }) => context.signal.aborted)).toEqual([false, false]);
    const told = tell(job);
    for (const ask of asks) ask.answer();
    expect((await told).ids).toHaveLength(2);
    expect(asks.map(({ givenUp }) => givenUp)).toEqual([false, false]);
    expect(asks.map(({ context }) => context.signal.aborted)).toEqual([false, false]);
  });

  it('gives any number of subscribers, coming and going at any time, the same events', async () => {
    const plan = fc.array(
      fc.record({
        joinsAfter: fc.nat(60),
        leavesAfter: fc.option(fc.nat(60)),
        from: fc.constantFrom('start' as const, 'now' as const, 'half' as const),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 16 }), async (watchers, concurrency) => {
        const job = clients
          .open({ db: ':memory:', concurrency, progressIntervalMs: 2, localEcho: { latencyMs: [0, 3] } })
          .map({ items: items(60) });
        const made: { readonly watcher: Watcher; readonly after: () => number }[] = [];
        let told = 0;
        let lastSeq = 0;
        const pending = [...watchers];
        const join = (): void => {
          for (const plan of pending.filter(({ joinsAfter }) => joinsAfter <= told)) {
            pending.splice(pending.indexOf(plan), 1);
            const half = Math.floor(lastSeq / 2);
            const job$ = { start: job, now: job.events({ after: 'now' }), half: job.events({ after: half }) }[
              plan.from
            ];
            const watcher = new Watcher(job$);
            // What `now` is, its snapshot says.
            made.push({ watcher, after: () => (plan.from === 'half' ? half : watcher.events[0]!.seq) });
            const { leavesAfter } = plan;
            if (leavesAfter === null) continue;
            let left = leavesAfter;
            watcher.subscription.add(
              job$.subscribe(() => {
                if (left-- === 0) watcher.subscription.unsubscribe();
              }),
            );
          }
        };
        join();
        const all: BatchEvent[] = [];
        await lastValueFrom(
          job.pipe(
            filter((event) => {
              all.push(event);
              lastSeq = event.seq;
              if (event.type === 'item') told++;
              join();
              return true;
            }),
          ),
        );
        const results = all.filter(({ type }) => type === 'item');
        expect(results).toHaveLength(60);
        for (const { watcher, after } of made) {
          const ended = await watcher.ended;
          expectRising(watcher.events);
          const expected = results.filter(({ seq }) => seq > after());
          if (ended === 'left') expect(watcher.items).toEqual(expected.slice(0, watcher.items.length));
          else expect({ ended, items: watcher.items }).toEqual({ ended: 'complete', items: expected });
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('events({ after })', () => {
  it('goes on after a sequence, without a snapshot', async () => {
    const job = clients.open().map({ items: items(10) });
    const { events } = await tell(job);
    for (const at of [1, 4, 9]) {
      const seen = events.filter(({ type }) => type === 'item')[at - 1]!.seq;
      const rest = await lastValueFrom(job.events({ after: seen }).pipe(toArray()));
      expect(rest.filter(({ type }) => type !== 'progress')).toEqual(
        events.filter(({ type, seq }) => type !== 'progress' && seq > seen),
      );
      expectRising(rest);
      expect(rest[0]!.seq).toBeGreaterThan(seen);
    }
  });

  it('completes, with nothing, after the last sequence', async () => {
    const job = clients.open().map({ items: items(2) });
    const { last } = await tell(job);
    expect(await lastValueFrom(job.events({ after: last.seq }).pipe(toArray()))).toEqual([]);
  });

  it(`begins with a snapshot of now, for 'now', then only what is new`, async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(3) });
    (await provider.asked(1))[0]!.answer();
    await provider.asked(2);
    const told = tell(job.events({ after: 'now' }));
    provider.asks[1]!.answer();
    (await provider.asked(3))[2]!.answer();
    const { events, ids } = await told;
    expect(events[0]).toMatchObject({ type: 'progress', progress: { done: 1 } });
    expect(ids).toEqual(['i1', 'i2']);
    expectRising(events);
  });

  it('follows again from a remembered sequence, over clients, with nothing lost or repeated', async () => {
    const seen: BatchEvent[] = [];
    let after = 0;
    const client = clients.open({ localEcho: { latencyMs: 1 }, concurrency: 4 });
    client.map({ jobId: 'j', items: items(120) });
    for (let ended = false; !ended;) {
      const part = await lastValueFrom(clients.open().job('j').events({ after }).pipe(take(17), toArray()), {
        defaultValue: [],
      });
      seen.push(...part);
      after = part.at(-1)?.seq ?? after;
      ended = part.at(-1)?.type === 'complete';
    }
    expectRising(seen);
    const ids = seen.flatMap((event) => (event.type === 'item' ? [event.itemId] : []));
    expect(new Set(ids).size).toBe(120);
    expect(ids).toHaveLength(120);
  });

  it.each([-1, 1.5, NaN, 'then', {}, null])('refuses %p', (after) => {
    const job = clients.open().map({ items: [] });
    expect(thrown(() => job.events({ after: after as never })).code).toBe('invalid_options');
  });
});

describe('progress events', () => {
  it('add up: done = ok + failed, total = done + inFlight + pending', async () => {
    const job = clients
      .open({
        progressIntervalMs: 0,
        concurrency: 5,
        localEcho: { latencyMs: [0, 5], failures: { rate: 0.3, code: 'invalid_request' } },
      })
      .map({ items: items(100) });
    const { events, items: results } = await tell(job);
    for (const event of events) {
      if (event.type === 'item') continue;
      const { done, ok, failed, total, inFlight, pending } = event.progress;
      expect({ done, total }).toEqual({ done: ok + failed, total: done + inFlight + pending });
      expect(inFlight).toBeLessThanOrEqual(5);
    }
    const ok = results.filter(({ result }) => result.ok).length;
    expect(events.at(-1)).toMatchObject({ progress: { ok, failed: 100 - ok, tokens: { input: ok, output: ok } } });
  });
});

it('tells an item only after it was stored', async () => {
  const client = clients.open({ concurrency: 4 });
  const job = client.map({ jobId: 'j', items: items(50) });
  const other = clients.open();
  const checks: Promise<void>[] = [];
  job.subscribe((event) => {
    if (event.type !== 'item') return;
    checks.push(
      firstValueFrom(
        other
          .job('j')
          .results()
          .pipe(filter(({ itemId }) => itemId === event.itemId)),
      ).then((stored) => expect(stored).toEqual(event.result)),
    );
  });
  await itemsTold(job, 50);
  await Promise.all(checks);
});
