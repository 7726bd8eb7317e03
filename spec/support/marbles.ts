import { TestScheduler, type RunHelpers } from 'rxjs/testing';

/** A test body in virtual time: `it('...', marbles(({ cold, expectObservable }) => { ... }))`. */
export function marbles(body: (helpers: RunHelpers, scheduler: TestScheduler) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run((helpers) => body(helpers, scheduler));
  };
}
