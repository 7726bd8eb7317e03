import {
  asyncScheduler,
  defer,
  finalize,
  from,
  isObservable,
  map,
  of,
  tap,
  throwError,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Provider, ProviderResponse, RequestContext } from '../provider/provider.js';
import { finalFailure, ProviderError } from '../provider/provider-error.js';

/** One request as the engine made it, and what became of it. */
export interface ScriptedRequest {
  readonly itemId: string;
  /** As the engine counts: 1 for the first, and a rate-limit refusal is not counted. */
  readonly attempt: number;
  /** How often this item was sent, this time included. */
  readonly time: number;
  readonly item: ResolvedItem;
  readonly signal: AbortSignal;
  /** Time of the scheduler when it was sent, and when it was over. */
  readonly sentAt: number;
  readonly endedAt: number | undefined;
  /** `given up`: the engine unsubscribed before there was an answer (its timeout, an abort). */
  readonly state: 'open' | 'answered' | 'failed' | 'given up';
}

/** What a scripted provider has seen. */
export interface ScriptedLog {
  /** Every request, in the order sent. */
  readonly requests: readonly ScriptedRequest[];
  /** Requests open now. */
  readonly active: number;
  /** The most that were ever open at the same time. */
  readonly maxActive: number;
  /** How often an item was sent. */
  sent(itemId: string): number;
}

export interface ScriptedProvider extends Provider {
  readonly log: ScriptedLog;
}

/**
 * The answer to one request:
 * - an Observable or a promise: its first value is the answer, its error the failure, its timing the request's
 * - an `Error`: the request fails with it (a `ProviderError` brings its own verdict)
 * - an object with `output`: a whole response, with `usage` and `raw`
 * - anything else: the output itself
 */
export type ScriptedAnswer = unknown;

/**
 * Answers by item id, or a function of the request. An array is one answer for each time the item is sent, of
 * which the last is used again.
 */
export type Script = Readonly<Record<string, ScriptedAnswer>> | ((request: ScriptedRequest) => ScriptedAnswer);

export interface ScriptedProviderOptions extends Partial<
  Pick<
    Provider,
    | 'name'
    | 'endpoint'
    | 'defaultModel'
    | 'quotaScope'
    | 'classify'
    | 'estimateTokens'
    | 'countTokens'
    | 'reject'
    | 'prepare'
  >
> {
  /** Clock of `sentAt` and `endedAt`. Default `asyncScheduler`, which is virtual inside `TestScheduler.run()`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A provider for marble tests: what each attempt of each item answers, and when, is written down beforehand; what the
 * engine asked for, and gave up, can be read afterwards.
 *
 * ```ts
 * const provider = scriptedProvider({ a: cold('--a|'), b: [cold('-#'), cold('---b|')], c: new Error('no') });
 * const client = new BatchClient({ provider, db: ':memory:' });
 * ```
 */
export function scriptedProvider(script: Script, options: ScriptedProviderOptions = {}): ScriptedProvider {
  const { scheduler = asyncScheduler, name = 'scripted', ...rest } = options;
  const log = new RequestLog(scheduler);
  return {
    name,
    ...rest,
    log,
    request: (item, context) => log.follow(item, context, script),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class RequestLog implements ScriptedLog {
  readonly requests: Mutable<ScriptedRequest>[] = [];
  active = 0;
  maxActive = 0;

  readonly #sent = new Map<string, number>();

  constructor(private readonly scheduler: SchedulerLike) {}

  sent(itemId: string): number {
    return this.#sent.get(itemId) ?? 0;
  }

  follow(item: ResolvedItem, { attempt, signal }: RequestContext, script: Script): Observable<ProviderResponse> {
    return defer(() => {
      const { itemId } = item;
      const time = this.sent(itemId) + 1;
      const sentAt = this.scheduler.now();
      const entry = { itemId, attempt, time, item, signal, sentAt, endedAt: undefined, state: 'open' as const };
      const request: Mutable<ScriptedRequest> = entry;
      this.requests.push(request);
      this.#sent.set(itemId, time);
      this.maxActive = Math.max(this.maxActive, ++this.active);
      const end = (state: ScriptedRequest['state']) => (): void => {
        if (request.state !== 'open') return;
        request.state = state;
        request.endedAt = this.scheduler.now();
        this.active--;
      };
      return responses(() => answerOf(script, request)).pipe(
        tap({ next: end('answered'), error: end('failed'), complete: end('failed') }),
        finalize(end('given up')),
      );
    });
  }
}

function answerOf(script: Script, request: ScriptedRequest): ScriptedAnswer {
  if (typeof script === 'function') return script(request);
  const { itemId, time } = request;
  if (!Object.hasOwn(script, itemId)) return unscripted(script, itemId);
  const answers = script[itemId];
  return Array.isArray(answers) ? answers[Math.min(time, answers.length) - 1] : answers;
}

function unscripted(script: object, itemId: string): Error {
  const known = Object.keys(script).map((id) => JSON.stringify(id));
  const message = `scriptedProvider: no answer for item ${JSON.stringify(itemId)}; the script has ${known.join(', ')}`;
  return new ProviderError(finalFailure('invalid_request', message));
}

function responses(open: () => ScriptedAnswer): Observable<ProviderResponse> {
  let answer: ScriptedAnswer;
  try {
    answer = open();
  } catch (error) {
    return throwError(() => error);
  }
  if (isObservable(answer)) return answer.pipe(map(toResponse));
  if (isThenable(answer)) return from(answer).pipe(map(toResponse));
  if (answer instanceof Error) return throwError(() => answer);
  return of(toResponse(answer));
}

function toResponse(value: unknown): ProviderResponse {
  return typeof value === 'object' && value !== null && 'output' in value ? value : { output: value };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
