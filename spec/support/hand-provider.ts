import { firstValueFrom, filter, Observable, Subject, startWith } from 'rxjs';
import type { Provider, ProviderResponse, RequestContext, ResolvedItem } from '../../lib/index.js';

/** One request that waits for the spec to say what becomes of it. */
export interface Ask {
  readonly itemId: string;
  readonly item: ResolvedItem;
  readonly context: RequestContext;
  answer(output?: unknown): void;
  fail(error: unknown): void;
  /** Torn down before it was answered. */
  readonly givenUp: boolean;
}

/** A provider whose answers are given by hand, so that a spec decides what happens when. */
export class HandProvider implements Provider {
  readonly name = 'hand';
  /** Every request so far, in order. */
  readonly asks: Ask[] = [];
  readonly #asked = new Subject<void>();

  constructor(private readonly onAsk: (ask: Ask) => void = () => {}) {}

  request(item: ResolvedItem, context: RequestContext): Observable<ProviderResponse> {
    return new Observable<ProviderResponse>((subscriber) => {
      let settled = false;
      let givenUp = false;
      const ask: Ask = {
        itemId: item.itemId,
        item,
        context,
        answer: (output = `re: ${item.itemId}`) => {
          settled = true;
          subscriber.next({ output, raw: { said: output } });
          subscriber.complete();
        },
        fail: (error) => {
          settled = true;
          subscriber.error(error);
        },
        get givenUp() {
          return givenUp;
        },
      };
      subscriber.add(() => (givenUp = !settled));
      this.asks.push(ask);
      this.onAsk(ask);
      this.#asked.next();
    });
  }

  /** Resolves when this many requests have been made. */
  async asked(count: number): Promise<readonly Ask[]> {
    await firstValueFrom(
      this.#asked.pipe(
        startWith(undefined),
        filter(() => this.asks.length >= count),
      ),
    );
    return this.asks;
  }

  /** Ids of the items asked for, in order. */
  get ids(): readonly string[] {
    return this.asks.map(({ itemId }) => itemId);
  }
}

/** An error as an HTTP client throws it. */
export function httpError(status: number, message = `status ${status}`, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error(message), { status, headers });
}
