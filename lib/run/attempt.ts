import { from, type Observable, type Unsubscribable } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Provider, ProviderResponse } from '../provider/provider.js';
import { failureVerdict, ProviderError } from '../provider/provider-error.js';
import { AttemptContext } from './attempt-context.js';
import type { Deadline, Deadlines } from './deadlines.js';
import { readResponse } from './read-response.js';

export interface AttemptOptions {
  readonly jobId: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly deadlines: Deadlines;
}

/** Who is told what came of it. */
export interface AttemptObserver {
  next(response: ProviderResponse): void;
  error(error: unknown): void;
}

/**
 * One request: one response or an error, never both, never neither, unless it is given up by unsubscribing. Its own
 * AbortController is aborted when it ends before it is settled (timeout, abort of the run), and only then. Not an
 * Observable: every request would pay for a subscription that has one observer, known beforehand.
 */
export function attempt(
  provider: Provider,
  item: ResolvedItem,
  options: AttemptOptions,
  observer: AttemptObserver,
): Unsubscribable {
  const context = new AttemptContext(options.jobId, options.attempt, options.deadlines.timeoutMs);
  const awaited = new AwaitedAnswer(observer, context);
  let answer: Promise<ProviderResponse> | Observable<ProviderResponse>;
  try {
    const given = provider.request(item, context);
    // What `from` makes of a promise costs three times the promise; of what is no source of answers it makes an error.
    answer = given instanceof Promise ? given : from(given);
  } catch (error) {
    awaited.error(error);
    return awaited;
  }
  awaited.listen(answer, options.deadlines);
  return awaited;
}

/** Tells its observer once, the first thing the answer tells. */
class AwaitedAnswer implements Unsubscribable {
  private settled = false;
  private over = false;
  private request: Unsubscribable | undefined;
  private deadline: Deadline | undefined;

  constructor(
    private readonly observer: AttemptObserver,
    private readonly context: AttemptContext,
  ) {}

  listen(answer: Promise<ProviderResponse> | Observable<ProviderResponse>, deadlines: Deadlines): void {
    if (answer instanceof Promise) {
      answer.then(
        (response: ProviderResponse) => this.next(response),
        (error: unknown) => this.error(error),
      );
    } else {
      const request = answer.subscribe(this);
      // A source that has more to say is not listened to.
      if (this.over) return request.unsubscribe();
      this.request = request;
    }
    this.deadline = deadlines.set(() => {
      const message = `No answer within ${String(deadlines.timeoutMs)} ms`;
      this.tell(new ProviderError(failureVerdict('timeout', message)));
    });
  }

  next(response: ProviderResponse): void {
    if (this.settled || this.over) return;
    this.settled = true;
    let read: ProviderResponse;
    try {
      read = readResponse(response);
    } catch (error) {
      this.tell(error);
      return;
    }
    this.observer.next(read);
    // Last: the request that comes next has set its deadline, so the timer they share stands.
    this.unsubscribe();
  }

  error(error: unknown): void {
    if (this.settled || this.over) return;
    this.settled = true;
    this.tell(error);
  }

  complete(): void {
    this.error(new ProviderError(failureVerdict('invalid_response', 'The provider answered nothing')));
  }

  unsubscribe(): void {
    if (this.over) return;
    this.over = true;
    if (!this.settled) this.context.abort();
    this.request?.unsubscribe();
    this.deadline?.done();
  }

  private tell(error: unknown): void {
    this.observer.error(error);
    this.unsubscribe();
  }
}
