import { from, Observable, type ObservableInput, type Subscriber, type Unsubscribable } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Provider, ProviderResponse, RequestContext } from '../provider/provider.js';
import { failureVerdict, ProviderError } from '../provider/provider-error.js';
import type { Deadline, Deadlines } from './deadlines.js';
import { readResponse } from './read-response.js';

export interface AttemptOptions {
  readonly jobId: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly deadlines: Deadlines;
}

/**
 * One request: one response or an error, never both, never neither. Its own AbortController is aborted when the attempt
 * is torn down before it is settled (timeout, abort of the run), and only then.
 */
export function attempt(provider: Provider, item: ResolvedItem, options: AttemptOptions): Observable<ProviderResponse> {
  return new Observable<ProviderResponse>((subscriber) => {
    const context = new AttemptContext(options);
    const awaited = new AwaitedAnswer(subscriber, context);
    // Teardown first: a provider that answers at once may finish before the lines below are through.
    subscriber.add(awaited);
    let answer: ObservableInput<ProviderResponse>;
    try {
      answer = provider.request(item, context);
    } catch (error) {
      awaited.error(error);
      return;
    }
    awaited.listen(answer, options.deadlines);
  });
}

/** Settles its subscriber once, with the first thing the answer tells; a class, as each request has one. */
class AwaitedAnswer implements Unsubscribable {
  private settled = false;
  private request: Unsubscribable | undefined;
  private deadline: Deadline | undefined;

  constructor(
    private readonly subscriber: Subscriber<ProviderResponse>,
    private readonly context: AttemptContext,
  ) {}

  listen(answer: ObservableInput<ProviderResponse>, deadlines: Deadlines): void {
    // What `from` makes of a promise costs three times the promise.
    if (answer instanceof Promise) {
      answer.then(
        (response: ProviderResponse) => this.next(response),
        (error: unknown) => this.error(error),
      );
    } else {
      const request = from(answer).subscribe(this);
      // A source that has more to say is not listened to.
      if (this.subscriber.closed) return request.unsubscribe();
      this.request = request;
    }
    this.deadline = deadlines.set(() => {
      const message = `No answer within ${String(deadlines.timeoutMs)} ms`;
      // Not settled: the teardown aborts the request.
      this.subscriber.error(new ProviderError(failureVerdict('timeout', message)));
    });
  }

  next(response: ProviderResponse): void {
    if (this.settled || this.subscriber.closed) return;
    this.settled = true;
    let read: ProviderResponse;
    try {
      read = readResponse(response);
    } catch (error) {
      this.subscriber.error(error);
      return;
    }
    this.subscriber.next(read);
    this.subscriber.complete();
  }

  error(error: unknown): void {
    this.settled = true;
    this.subscriber.error(error);
  }

  complete(): void {
    if (!this.settled)
      this.error(new ProviderError(failureVerdict('invalid_response', 'The provider answered nothing')));
  }

  /** The teardown of the attempt. */
  unsubscribe(): void {
    if (!this.settled) this.context.abort();
    this.request?.unsubscribe();
    this.deadline?.done();
  }
}

/** Makes its controller when the signal is asked for: a provider that needs none does not pay for one. */
class AttemptContext implements RequestContext {
  readonly jobId: string;
  readonly attempt: number;
  readonly timeoutMs: number;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor({ jobId, attempt, deadlines }: AttemptOptions) {
    this.jobId = jobId;
    this.attempt = attempt;
    this.timeoutMs = deadlines.timeoutMs;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
