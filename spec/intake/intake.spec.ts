import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import {
  asyncScheduler,
  concat,
  EMPTY,
  from,
  interval,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  throwError,
} from 'rxjs';
import { BatchError } from '../../lib/core/errors.js';
import type { BatchItem } from '../../lib/core/item.js';
import type { ItemSource } from '../../lib/options/map-options.js';
import { marbles } from '../support/marbles.js';
import { desk } from './support.js';

const abc = ['a', 'b', 'c'];

const itemOf = (itemId: string): BatchItem => ({ itemId, input: itemId });

async function* slowly<T>(values: Iterable<T>): AsyncGenerator<T> {
  for (const value of values) {
    await turn();
    yield value;
  }
}

function* upTo(count: number): Generator<BatchItem> {
  for (let n = 1; n <= count; n++) yield itemOf(`i${n}`);
}

describe('an input', () => {
  it.each<[string, () => ItemSource]>([
    ['an array', () => abc.map(itemOf)],
    ['a set', () => new Set(abc.map(itemOf))],
    ['a generator', () => (function* () { yield* abc.map(itemOf); })()], // prettier-ignore
    ['an async generator', () => slowly(abc.map(itemOf))],
    ['an async generator that answers at once', () => (async function* () { yield* abc.map(itemOf); })()], // prettier-ignore
    ['a Node stream of objects', () => Readable.from(abc.map(itemOf))],
    ['a web stream', () => ReadableStream.from(abc.map(itemOf))],
    ['an Observable', () => from(abc.map(itemOf))],
    ['an Observable that takes its time', () => interval(1).pipe(take(3), map((n) => itemOf(abc[n]!)))], // prettier-ignore
    ['an iterator of one’s own', () => ({ [Symbol.iterator]: () => abc.map(itemOf)[Symbol.iterator]() })],
  ])('may be %s', async (_what, source) => {
    const { read, ids, store } = desk();
    const totals = await read(source());
    expect(ids()).toEqual(abc);
    expect(totals.at(-1)).toBe(3);
    expect(store.findJob('job')?.total).toBe(3);
  });

  it.each<[string, ItemSource]>([
    ['array', []],
    ['Observable', EMPTY],
    ['stream', Readable.from([])],
  ])('may be an empty %s', async (_what, source) => {
    const { read, ids } = desk();
    expect([await read(source), ids()]).toEqual([[], []]);
  });

  it('is read by pages', async () => {
    const { read, store } = desk();
    const pages: number[] = [];
    const append = store.appendItems.bind(store);
    store.appendItems = (lease, items) => (pages.push(items.length), append(lease, items));
    await read(upTo(20_000));
    expect(pages.every((size) => size <= 500)).toBe(true);
    expect(pages.reduce((sum, size) => sum + size)).toBe(20_000);
    expect(pages.length).toBeLessThan(120);
  });

  it('lets the event loop have its turns', async () => {
    const { read } = desk();
    let turns = 0;
    let reading = true;
    const watch = async (): Promise<void> => {
      for (; reading; turns++) await turn();
    };
    const watching = watch();
    await read(upTo(60_000));
    reading = false;
    await watching;
    expect(turns).toBeGreaterThan(5);
  });

  it('is not read before somebody reads, and never more than one item ahead', async () => {
    const { intake, lease, ids } = desk();
    let pulled = 0;
    let release: () => void = () => undefined;
    const source = (async function* () {
      for (;;) {
        pulled++;
        yield itemOf(`i${pulled}`);
        if (pulled % 3 === 0) await new Promise<void>((resolve) => (release = resolve));
      }
    })();
    const reading = intake(source);
    await turn();
    expect(pulled).toBe(0);
    const subscription = reading.read(lease, 0).subscribe();
    while (ids().length < 3) await turn();
    expect(pulled).toBe(3);
    release();
    while (ids().length < 6) await turn();
    expect(pulled).toBe(6);
    subscription.unsubscribe();
    release();
    for (let n = 0; n < 5; n++) await turn();
    // The one that was asked for, and no more.
    expect(pulled).toBe(7);
    reading.close();
  });

  it('stores what a slow source has given, without waiting for more', async () => {
    const { intake, lease, ids } = desk();
    const source = new Subject<BatchItem>();
    const totals: number[] = [];
    const subscription = intake(source)
      .read(lease, 0)
      .subscribe((total) => totals.push(total));
    source.next(itemOf('a'));
    source.next(itemOf('b'));
    while (ids().length < 2) await turn();
    source.next(itemOf('c'));
    while (ids().length < 3) await turn();
    expect(totals).toEqual([2, 3]);
    subscription.unsubscribe();
  });

  it(
    'runs in virtual time, an Observable at least',
    marbles(({ cold, expectObservable }, scheduler) => {
      const { intake, lease } = desk();
      const items = { a: itemOf('a'), b: itemOf('b'), c: itemOf('c') };
      const source = cold('-a-- 60s (bc|)', items);
      expectObservable(intake(source, undefined, scheduler).read(lease, 0)).toBe('-1-- 60s (3|)', { 1: 1, 3: 3 });
    }),
  );

  it('piles nothing up over a long and slow source', async () => {
    const { intake, lease } = desk();
    const source = new Subject<BatchItem>();
    let open = 0;
    const scheduler = { now: () => asyncScheduler.now(), schedule: ((work: () => void, delay?: number) => {
      const task = asyncScheduler.schedule(function (this: unknown) { work(); }, delay);
      return task;
    }) as typeof asyncScheduler.schedule }; // prettier-ignore
    const subscription = intake(source, undefined, scheduler).read(lease, 0).subscribe();
    for (let n = 0; n < 300; n++) {
      source.next(itemOf(`i${n}`));
      await new Promise((resolve) => setTimeout(resolve, 1));
      open = Math.max(open, (subscription as unknown as { _finalizers: unknown[] | null })._finalizers?.length ?? 0);
    }
    expect(open).toBeLessThan(10);
    subscription.unsubscribe();
  });
});

describe('an input that is held', () => {
  it('goes on where it was, under another lease', async () => {
    const { intake, store, ids, lease } = desk();
    const source = new Subject<BatchItem>();
    let closed = 0;
    const watched = new Observable<BatchItem>((subscriber) => {
      const inner = source.subscribe(subscriber);
      return () => (closed++, inner.unsubscribe());
    });
    const reading = intake(watched);
    const first = reading.read(lease, 0).subscribe();
    source.next(itemOf('a'));
    while (ids().length < 1) await turn();
    first.unsubscribe();
    expect(closed).toBe(0);
    source.next(itemOf('b'));
    store.release(lease);
    const later = store.acquire('job');
    const done = new Promise<void>((resolve, reject) =>
      reading.read(later, 1).subscribe({ error: reject, complete: resolve }),
    );
    source.next(itemOf('c'));
    source.complete();
    await done;
    expect(ids()).toEqual(abc);
    expect([reading.ended, reading.closed]).toEqual([true, false]);
  });

  it('is given up by closing, once, and its clean-up runs', async () => {
    const { intake, lease } = desk();
    let cleaned = 0;
    const source = (function* () {
      try {
        for (let n = 0; ; n++) yield itemOf(`i${n}`);
      } finally {
        cleaned++;
      }
    })();
    const reading = intake(source);
    const subscription = reading.read(lease, 0).subscribe();
    await turn();
    subscription.unsubscribe();
    expect(cleaned).toBe(0);
    reading.close();
    reading.close();
    expect([cleaned, reading.closed, reading.ended]).toEqual([1, true, false]);
  });

  it('that was never read is not opened by closing', () => {
    let opened = 0;
    const { intake } = desk();
    intake({ [Symbol.iterator]: () => (opened++, [][Symbol.iterator]()) }).close();
    intake(
      new Observable<BatchItem>(() => {
        opened++;
      }),
    ).close();
    expect(opened).toBe(0);
  });

  it('may fail in its clean-up without anybody’s harm', async () => {
    const { intake, lease } = desk();
    const throwing = (answer: () => unknown): ItemSource =>
      ({
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined), return: answer }),
      }) as unknown as ItemSource;
    for (const source of [
      throwing(() => {
        throw new Error('at once');
      }),
      throwing(() => Promise.reject(new Error('later'))),
    ]) {
      // prettier-ignore
      const reading = intake(source);
      reading.read(lease, 0).subscribe().unsubscribe();
      reading.close();
    }
    await turn();
  });
});

describe('an input that fails', () => {
  it('at a bad item: named by its place, what came before is kept', async () => {
    const { refused, ids } = desk();
    const error = await refused([...abc.map(itemOf), { itemId: 'd' } as BatchItem, itemOf('e')]);
    expect([error.code, error.message]).toEqual([
      'invalid_item',
      'item 4: the field "input" is missing; give { prompt: "..." } or the body of the request',
    ]);
    expect(ids()).toEqual(abc);
  });

  it('at an item the provider can never send', async () => {
    const { intake, lease, ids } = desk();
    const reject = ({ itemId }: BatchItem): string | undefined =>
      itemId === 'c' ? 'the model "m" takes no images' : undefined;
    const error = await new Promise<unknown>((resolve) =>
      intake(abc.map(itemOf), reject).read(lease, 0).subscribe({ error: resolve }),
    );
    expect(error).toMatchObject({ code: 'invalid_item', message: 'item 3: the model "m" takes no images' });
    expect(ids()).toEqual(['a', 'b']);
  });

  it.each<[string, () => ItemSource]>([
    ['a generator that throws', () => (function* () { yield itemOf('a'); yield itemOf('b'); throw new Error('lost'); })()], // prettier-ignore
    ['an async generator that throws', () => (async function* () { yield itemOf('a'); yield itemOf('b'); throw new Error('lost'); })()], // prettier-ignore
    ['a slow async generator that throws', () => (async function* () { yield* slowly(['a', 'b'].map(itemOf)); await turn(); throw new Error('lost'); })()], // prettier-ignore
    [
      'an Observable that errors',
      () =>
        concat(
          of(itemOf('a'), itemOf('b')),
          throwError(() => new Error('lost')),
        ),
    ],
    ['a stream that is destroyed', () => Readable.from((async function* () { yield itemOf('a'); yield itemOf('b'); await turn(); throw new Error('lost'); })())], // prettier-ignore
  ])('by itself: %s; what it gave before is kept', async (_what, source) => {
    const { refused, ids } = desk();
    const error = await refused(source());
    expect([error.code, error.message]).toEqual(['input_failed', 'The input failed after 2 items: lost']);
    expect(error.cause).toMatchObject({ message: 'lost' });
    expect(ids()).toEqual(['a', 'b']);
  });

  it('with an error of ours speaks for itself', async () => {
    const { refused } = desk();
    const own = new BatchError('invalid_item', 'line 70000: not JSON');
    expect(await refused((function* () { yield itemOf('a'); throw own; })())).toBe(own); // prettier-ignore
  });

  it.each<[string, () => unknown, string]>([
    ['undefined', () => undefined, 'undefined'],
    ['a number', () => 7, 'number'],
    ['a Promise of null', () => Promise.resolve(null), 'null'],
  ])('where its iterator gives %s', async (_what, next, got) => {
    const { refused } = desk();
    const source = { [Symbol.iterator]: () => ({ next }) } as ItemSource;
    expect((await refused(source)).message).toBe(
      `The input failed after 0 items: next() of the iterator must give { done, value }, and gave ${got}`,
    );
  });

  it('at its very opening', async () => {
    const { refused } = desk();
    const source: ItemSource = { [Symbol.iterator]: () => { throw new Error('no such table'); } }; // prettier-ignore
    expect((await refused(source)).message).toBe('The input failed after 0 items: no such table');
  });

  it('at bytes instead of items, with the way out', async () => {
    const { refused } = desk();
    const error = await refused(Readable.from([Buffer.from('{"prompt":"x"}\n')]));
    expect(error.message).toContain('readJsonl(stream)');
  });

  it('is told apart from a store that fails', async () => {
    const { refused, store } = desk();
    store.appendItems = () => {
      throw new BatchError('disk_full', 'full');
    };
    expect((await refused(abc.map(itemOf))).code).toBe('disk_full');
  });

  it('can be left while it hangs', () => {
    const { intake, lease } = desk();
    const reading = intake(NEVER);
    reading.read(lease, 0).subscribe().unsubscribe();
    reading.close();
  });
});
