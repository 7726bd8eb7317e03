import type { Observable } from 'rxjs';
import { BatchError } from '../../lib/core/errors.js';
import type { BatchEvent, CompleteEvent, ItemEvent, ProgressEvent } from '../../lib/core/events.js';
import type { Progress } from '../../lib/core/progress.js';
import type { ResultErr, ResultOk } from '../../lib/core/result.js';
import { filterFailed, filterOk } from '../../lib/operators/filter-results.js';
import { latestProgress } from '../../lib/operators/latest-progress.js';
import { ofType } from '../../lib/operators/of-type.js';
import {
  completeEvent,
  failedEvent,
  itemEvent,
  progressEvent,
  progressSnapshot,
} from '../../lib/testing/event-builders.js';
import { marbles } from '../support/marbles.js';

const events = {
  p: progressEvent({ seq: 1, total: 2 }),
  a: itemEvent({ itemId: 'a', seq: 2, output: 'yes' }),
  f: failedEvent({ itemId: 'f', seq: 3, code: 'too_large' }),
  q: progressEvent({ seq: 4, total: 2, ok: 1, failed: 1 }),
  c: completeEvent({ seq: 5, ok: 1, failed: 1 }),
};

describe('ofType', () => {
  it(
    'lets events of that type through',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<BatchEvent>('-p-a-f-q-(c|)', events).pipe(ofType('item'))).toBe('---a-f---|', events);
      expectObservable(cold<BatchEvent>('-p-a-f-q-(c|)', events).pipe(ofType('progress', 'complete'))).toBe(
        '-p-----q-(c|)',
        events,
      );
      expectObservable(cold<BatchEvent>('-p-#', events).pipe(ofType('item'))).toBe('---#');
    }),
  );

  it('narrows the type', () => {
    const source$ = null as unknown as Observable<BatchEvent<number>>;
    const typed = (): void => {
      const items$: Observable<ItemEvent<number>> = source$.pipe(ofType('item'));
      const ends$: Observable<ProgressEvent | CompleteEvent> = source$.pipe(ofType('progress', 'complete'));
      const output$: Observable<ResultOk<number>> = source$.pipe(filterOk());
      const failed$: Observable<ResultErr> = source$.pipe(filterFailed());
      const progress$: Observable<Progress> = source$.pipe(latestProgress());
      const unnamed$ = source$.pipe(ofType('item'));
      unnamed$.subscribe(({ result }) => (result.ok ? result.output + 1 : result.error.code));
      // @ts-expect-error there is no such event
      source$.pipe(ofType('done'));
      // @ts-expect-error an item is no progress
      const wrong$: Observable<ProgressEvent> = source$.pipe(ofType('item'));
      [items$, ends$, output$, failed$, progress$, wrong$].map(String);
    };
    expect(typeof typed).toBe('function');
  });
});

describe('filterOk and filterFailed', () => {
  it(
    'give the results of one kind',
    marbles(({ cold, expectObservable }) => {
      const results = { a: events.a.result, f: events.f.result };
      expectObservable(cold<BatchEvent>('-p-a-f-q-c|', events).pipe(filterOk())).toBe('---a------|', results);
      expectObservable(cold<BatchEvent>('-p-a-f-q-c|', events).pipe(filterFailed())).toBe('-----f----|', results);
    }),
  );
});

describe('latestProgress', () => {
  const progress = { p: events.p.progress, q: events.q.progress, c: events.c.progress };

  it(
    'gives every progress, and that of the end',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<BatchEvent>('-p-a-f-q-(c|)', events).pipe(latestProgress())).toBe(
        '-p-----q-(c|)',
        progress,
      );
    }),
  );

  it.each(['paused', 'closed', 'unwatched'] as const)('ends quietly on %s', (code) => {
    marbles(({ cold, expectObservable }) => {
      const job$ = cold<BatchEvent>('-p-#', events, new BatchError(code, 'stopped'));
      expectObservable(job$.pipe(latestProgress())).toBe('-p-|', progress);
    })();
  });

  it.each([new BatchError('auth', 'wrong key'), new TypeError('a bug'), undefined])('errors with %s', (error) => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<BatchEvent>('-p-#', events, error).pipe(latestProgress())).toBe('-p-#', progress, error);
    })();
  });
});

describe('the event builders', () => {
  it('fill in what a test does not care for', () => {
    expect(itemEvent()).toEqual({
      type: 'item',
      jobId: 'job',
      seq: 1,
      at: 0,
      itemId: 'a',
      result: { itemId: 'a', ok: true, output: 'OK', attempts: 1 },
    });
    expect(failedEvent({ itemId: 'b', jobId: 'j', status: 500, attempts: 3, metadata: 1 })).toEqual({
      type: 'item',
      jobId: 'j',
      seq: 1,
      at: 0,
      itemId: 'b',
      result: {
        itemId: 'b',
        ok: false,
        error: { code: 'server_error', message: 'failed', status: 500, retryable: true },
        attempts: 3,
        metadata: 1,
      },
    });
    expect(progressSnapshot({ total: 10, ok: 2, failed: 1, inFlight: 3 })).toMatchObject({
      done: 3,
      pending: 4,
      total: 10,
    });
    expect(completeEvent({ seq: 9, status: 'cancelled', ok: 1 })).toMatchObject({
      seq: 9,
      status: 'cancelled',
      progress: { status: 'cancelled', ok: 1, total: 1 },
    });
    expect(Object.keys(progressEvent({ seq: 3, at: 5 }).progress)).not.toContain('seq');
  });
});
