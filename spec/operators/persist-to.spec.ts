import { concat, from, NEVER, of, Subject, take, type Observable } from 'rxjs';
import { persistTo, type Journal } from '../../lib/operators/persist-to.js';
import { handClock } from '../support/hand-clock.js';
import { marbles } from '../support/marbles.js';

/** Writes down the groups; a draft's event is its capital letter. */
class Groups implements Journal<string, string> {
  readonly written: string[] = [];

  constructor(private readonly during: (group: string) => void = () => undefined) {}

  commit(drafts: readonly string[]): readonly string[] {
    const group = drafts.join('');
    this.during(group);
    this.written.push(group);
    return drafts.map((draft) => draft.toUpperCase());
  }
}

describe('persistTo', () => {
  it(
    'writes what arrives in one turn as one group, and emits after it',
    marbles(({ cold, expectObservable, flush }) => {
      const journal = new Groups();
      expectObservable(cold('-(abc)--d-|').pipe(persistTo(journal))).toBe('-(ABC)--D-|');
      flush();
      expect(journal.written).toEqual(['abc', 'd']);
    }),
  );

  it(
    'writes at once when the group is full',
    marbles(({ cold, expectObservable, flush }) => {
      const journal = new Groups();
      expectObservable(cold('-(abcde)-|').pipe(persistTo(journal, { maxGroup: 2 }))).toBe('-(ABCDE)-|');
      flush();
      expect(journal.written).toEqual(['ab', 'cd', 'e']);
    }),
  );

  it(
    'writes the waiting group before it completes',
    marbles(({ cold, expectObservable, flush }) => {
      const journal = new Groups();
      expectObservable(cold('-(ab|)').pipe(persistTo(journal))).toBe('-(AB|)');
      flush();
      expect(journal.written).toEqual(['ab']);
    }),
  );

  it(
    'writes the waiting group before it errors',
    marbles(({ cold, expectObservable, flush }) => {
      const journal = new Groups();
      expectObservable(cold('-(ab#)').pipe(persistTo(journal))).toBe('-(AB#)');
      flush();
      expect(journal.written).toEqual(['ab']);
    }),
  );

  it(
    'errors when a commit fails: nothing of that group is told, and no more is asked of the source',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const journal = new Groups((group) => {
        if (group.includes('c')) throw 'error';
      });
      const source = hot('-a-(bc)---d-|');
      expectObservable(source.pipe(persistTo(journal))).toBe('-A-#');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    }),
  );

  it(
    'errors instead of completing when the last commit fails',
    marbles(({ cold, expectObservable }) => {
      const journal = new Groups(() => {
        throw 'error';
      });
      expectObservable(cold('-(ab|)').pipe(persistTo(journal))).toBe('-#');
    }),
  );

  it.each([
    ['one too brief to be measured: not at all', 0, 0],
    ['a brief commit: 24 times as long', 1, 24],
    ['a slow one: 24 times as long', 2, 48],
    ['a very slow one: 50 ms at most', 30, 50],
  ])('rests after %s', (_what, tookMs, restMs) => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    const journal = new Groups(() => void clock.pass(tookMs));
    drafts$.pipe(persistTo(journal, clock)).subscribe();
    drafts$.next('a');
    clock.run();
    drafts$.next('b');
    drafts$.next('c');
    expect(clock.delays).toEqual([0, restMs]);
    clock.run();
    expect(journal.written).toEqual(['a', 'bc']);
  });

  it.each([
    ['what is left of it', 10, 14],
    ['nothing, where it is over', 100, 0],
    ['no longer than it was, where the clock is set back', -3_600_000, 24],
  ])('counts the rest from the commit, and not from the next draft: %s', (_what, passedMs, leftMs) => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    drafts$.pipe(persistTo(new Groups(() => void clock.pass(1)), clock)).subscribe();
    drafts$.next('a');
    clock.run();
    clock.pass(passedMs);
    drafts$.next('b');
    expect(clock.delays).toEqual([0, leftMs]);
  });

  it('does not rest where the clock is set back during a commit', () => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    drafts$.pipe(persistTo(new Groups(() => void clock.pass(-1_000)), clock)).subscribe();
    drafts$.next('a');
    clock.run();
    drafts$.next('b');
    expect(clock.delays).toEqual([0, 0]);
  });

  it('rests with drafts that arrived while others were written', () => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    const journal = new Groups((group) => {
      clock.pass(2);
      if (group === 'a') drafts$.next('b');
    });
    drafts$.pipe(persistTo(journal, clock)).subscribe();
    drafts$.next('a');
    clock.run();
    expect(clock.delays).toEqual([0, 48]);
  });

  it('has one turn planned at most, and none once its subscriber has left', () => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    const subscription = drafts$
      .pipe(persistTo(new Groups(() => void clock.pass(1)), { ...clock, restBelow: 2, maxGroup: 3 }))
      .subscribe();
    const planned = (drafts: string): number => {
      for (const draft of drafts) drafts$.next(draft);
      return clock.planned();
    };
    expect([planned('a'), planned('b'), planned('c'), planned('d'), planned('e')]).toEqual([1, 1, 0, 1, 1]);
    subscription.unsubscribe();
    expect(clock.planned()).toBe(0);
  });

  it('cuts the rest short when there are drafts enough, once', () => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    const journal = new Groups(() => void clock.pass(5));
    drafts$.pipe(persistTo(journal, { ...clock, restBelow: 3, maxGroup: 5 })).subscribe();
    const arrive = (drafts: string) => from(drafts).subscribe((draft) => drafts$.next(draft));
    arrive('a');
    clock.run();
    arrive('bcde');
    expect(clock.delays).toEqual([0, 50, 0]);
    clock.run();
    expect(journal.written).toEqual(['a', 'bcde']);
    arrive('fghij');
    expect(journal.written).toEqual(['a', 'bcde', 'fghij']);
  });

  it('does not rest with a group that was filled while the last was written', () => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    const journal = new Groups((group) => {
      clock.pass(5);
      if (group === 'ab') from('cd').subscribe((draft) => drafts$.next(draft));
    });
    drafts$.pipe(persistTo(journal, { ...clock, maxGroup: 2 })).subscribe();
    drafts$.next('a');
    drafts$.next('b');
    expect(clock.delays).toEqual([0, 0]);
    clock.run();
    expect(journal.written).toEqual(['ab', 'cd']);
  });

  it('does not rest with a full group, however many are to rest', () => {
    const clock = handClock();
    const drafts$ = new Subject<string>();
    const journal = new Groups((group) => {
      clock.pass(5);
      if (group === 'a') from('bc').subscribe((draft) => drafts$.next(draft));
    });
    drafts$.pipe(persistTo(journal, { ...clock, maxGroup: 2, restBelow: 7 })).subscribe();
    drafts$.next('a');
    clock.run();
    expect(clock.delays).toEqual([0, 0]);
  });

  it.each([
    ['nobody wants more', () => undefined],
    ['a commit fails', () => { throw new Error('broken'); }], // prettier-ignore
  ])('leaves a source that emits at once when %s', (_what, during) => {
    let read = 0;
    const source = function* (): Generator<string> {
      while (read < 1_000) yield String(read++);
    };
    from(source())
      .pipe(persistTo(new Groups(during), { maxGroup: 2 }), take(1))
      .subscribe({ error: () => undefined });
    expect(read).toBe(2);
  });

  it(
    'unsubscribing drops the waiting group and lets go of the source',
    marbles(({ hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const journal = new Groups();
      const source = hot('-a-b---');
      expectObservable(source.pipe(persistTo(journal, { scheduler })), '^-!').toBe('-A-');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      flush();
      expect(journal.written).toEqual(['a']);
    }),
  );

  it('does not write after its subscriber has left in the middle of a group', () => {
    const journal = new Groups();
    const seen: string[] = [];
    concat(of('a', 'b', 'c', 'd'), NEVER)
      .pipe(persistTo(journal, { maxGroup: 2 }), take(1))
      .subscribe((event) => seen.push(event));
    expect([seen, journal.written]).toEqual([['A'], ['ab']]);
  });

  describe('when its own events bring about more', () => {
    const cascade = (
      maxGroup: number,
      react: (event: string, drafts$: Subject<string>) => void,
    ): Observable<string[]> => {
      const drafts$ = new Subject<string>();
      const journal = new Groups((group) => {
        if (group === 'a') drafts$.next('t');
      });
      const seen: string[] = [];
      const done$ = new Subject<string[]>();
      drafts$.pipe(persistTo(journal, { maxGroup })).subscribe({
        next: (event) => {
          seen.push(event);
          react(event, drafts$);
        },
        complete: () => done$.next([...journal.written, '|', ...seen]),
      });
      queueMicrotask(() => {
        drafts$.next('a');
        if (maxGroup > 1) drafts$.next('b');
      });
      return done$;
    };

    it('emits in the order written, a draft that arrives during a commit after the events of that commit', (done) => {
      cascade(1, (event, drafts$) => {
        if (event === 'T') drafts$.complete();
      }).subscribe((all) => {
        expect(all.join('')).toBe('at|AT');
        done();
      });
    });

    it('emits a whole group before the next, and completes after the last', (done) => {
      cascade(2, (event, drafts$) => {
        if (event === 'A') from(['c', 'd', 'e']).subscribe((draft) => drafts$.next(draft));
        if (event === 'B') drafts$.complete();
      }).subscribe((all) => {
        expect(all.join(' ')).toBe('ab cde | A B C D E');
        done();
      });
    });
  });
});
