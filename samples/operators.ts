// The operators by themselves, around requests of any kind: no client, no database. What is sent is pulled, so the rows may be
// endless; each attempt passes the limiter, repeated ones too.
import { DONE, mergePull, rateLimit, rateLimiter, retryWithBackoff, type PullSource } from 'openapi-batch';
import { count, map, mergeMap, NEVER, of, timer, type Observable } from 'rxjs';

class Busy extends Error {
  constructor(readonly retryAfterMs: number) {
    super('busy');
  }
}

let requests = 0;
/** A service that is busy at every fifth request, and says when to come back. */
const greet = (name: string): Observable<string> =>
  timer(5).pipe(
    map(() => {
      if (++requests % 5 === 0) throw new Busy(20);
      return `Hello ${name}`;
    }),
  );

function* names(): Generator<string> {
  for (let n = 1; n <= 40; n++) yield `number ${String(n)}`;
}

/** Asked for the next name when there is room for it. */
function pulled(iterator: Iterator<string, unknown>): PullSource<string> {
  const pull = (): string | typeof DONE => {
    const step = iterator.next();
    return step.done === true ? DONE : step.value;
  };
  return { pull, ready$: NEVER };
}

const limiter = rateLimiter({ requestsPerMinute: 6_000, burst: 10 });
const answer = (name: string): Observable<string> =>
  of(name).pipe(
    rateLimit({ limiter }),
    mergeMap(greet),
    retryWithBackoff({
      maxAttempts: 10,
      baseMs: 5,
      retryIf: (error) => error instanceof Busy,
      delayFloor: (error) => (error instanceof Busy ? error.retryAfterMs : undefined),
    }),
  );

const startedAt = Date.now();
mergePull(pulled(names()), answer, { concurrency: 8 })
  .pipe(count())
  .subscribe({
    next: (answers) => {
      // Ten at once, then one every 10 ms.
      const leastMs = (requests - 10) * 10;
      const kept = Date.now() - startedAt >= leastMs;
      console.log(`${String(answers)} answers to ${String(requests)} requests`);
      console.log(`at least ${String(leastMs)} ms, as the limit wants it: ${kept ? 'yes' : 'no'}`);
    },
    error: (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  });
