import { from, Observable, type ObservableInput } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Provider, ProviderResponse, RequestContext } from '../provider/provider.js';
import { failureVerdict, ProviderError } from '../provider/provider-error.js';
import type { Deadlines } from './deadlines.js';
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
    let settled = false;
    // Teardown first: a provider that answers at once may finish before the lines below are through.
    subscriber.add(() => {
      if (!settled) context.abort();
    });
    const fail = (error: unknown): void => {
      settled = true;
      subscriber.error(error);
    };

    let answer: ObservableInput<ProviderResponse>;
    try {
      answer = provider.request(item, context);
    } catch (error) {
      fail(error);
      return;
    }
    const request = from(answer).subscribe({
      next: (response) => {
        if (settled) return;
        settled = true;
        let read: ProviderResponse;
        try {
          read = readResponse(response);
        } catch (error) {
          subscriber.error(error);
          return;
        }
        subscriber.next(read);
        subscriber.complete();
      },
      error: fail,
      complete: () => {
        if (!settled) fail(new ProviderError(failureVerdict('invalid_response', 'The provider answered nothing')));
      },
    });
    if (subscriber.closed) {
      // A source that has more to say is not listened to.
      request.unsubscribe();
      return;
    }
    subscriber.add(request);
    const deadline = options.deadlines.set(() => {
      const message = `No answer within ${String(options.deadlines.timeoutMs)} ms`;
      // Not settled: the teardown aborts the request.
      subscriber.error(new ProviderError(failureVerdict('timeout', message)));
    });
    subscriber.add(() => deadline.done());
  });
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
