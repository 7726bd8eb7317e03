import { Subscription, type Observable, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { disown } from '../core/disown.js';
import type { ItemErrorCode, Usage } from '../core/result.js';
import type { Lane } from '../operators/lanes.js';
import type { Limiter } from '../pacing/limiter.js';
import type { Permit, PermitFailure } from '../pacing/permit.js';
import type { Provider, ProviderResponse, Verdict } from '../provider/provider.js';
import { failureVerdict, ProviderError } from '../provider/provider-error.js';
import type { Draft } from '../store/store.js';
import { attempt } from './attempt.js';
import type { Deadlines } from './deadlines.js';
import { isAmount } from './known-limits.js';
import { decide, okResult, type Decision, type OutcomeOptions } from './outcome.js';
import { aboveLimit } from './refusal-fault.js';
import type { Stragglers } from './stragglers.js';
import type { WorkItem } from './work-item.js';

export interface SendItemOptions extends OutcomeOptions {
  readonly jobId: string;
  readonly provider: Provider;
  readonly limiterFor: (item: WorkItem) => Limiter;
  readonly deadlines: Deadlines;
  /** Where attempts that take far longer than the others are given up. */
  readonly stragglers: Stragglers | undefined;
  readonly classify: (error: unknown) => Verdict;
  /** Tokens a request is thought to take from the quota; undefined where that cannot be told, and the run ends. */
  readonly estimate: (item: WorkItem) => number | undefined;
  /** Tokens the provider counts in the end, where it counts actual use. */
  readonly count: ((usage: Usage) => number) | undefined;
  /** Carries a decision out; what is to be written comes back. */
  readonly conclude: (decision: Decision, item: WorkItem) => Draft | undefined;
  /** The quota is used up for longer than anybody waits. */
  readonly spent: (until: number) => void;
  readonly stopped$: Observable<unknown>;
  /** A request leaves (+1) or is over (-1); `sentAt` is when it left. */
  readonly sending: (change: 1 | -1, sentAt: number) => void;
  readonly sleptSince: (time: number) => boolean;
  readonly scheduler: SchedulerLike;
}

/**
 * One item through the limiter and one attempt, to at most one draft. Never errors: a failure is a value, so only the
 * store can end the stream.
 */
export function sendItem(item: WorkItem, options: SendItemOptions, lane: Lane<Draft>): void {
  const limiter = options.limiterFor(item);
  const tokens = options.estimate(item);
  if (tokens === undefined) return lane.complete();
  const permit = limiter.tryAdmit(tokens);
  if (permit !== undefined) new SentItem(item, options, { limiter, tokens, permit }, lane).begin();
  else wait(item, options, { limiter, tokens }, lane);
}

function wait(
  item: WorkItem,
  options: SendItemOptions,
  { limiter, tokens }: Omit<Passage, 'permit'>,
  lane: Lane<Draft>,
): void {
  let admitted = false;
  const waiting = new Subscription();
  lane.hold(waiting);
  const permit$ = limiter.admit(tokens, options.stopped$, options.jobId);
  const subscription = permit$.subscribe({
    next: (permit) => {
      admitted = true;
      new SentItem(item, options, { limiter, tokens, permit }, lane).begin();
    },
    error: (error: unknown) => lane.error(error),
    complete: () => {
      if (admitted) return;
      // Not sent: the run stops, or should.
      const until = limiter.spentUntil(tokens);
      if (until !== undefined) options.spent(until);
      lane.complete();
    },
  });
  waiting.add(subscription);
}

/** What a request passed the limiter with. */
interface Passage {
  readonly limiter: Limiter;
  readonly tokens: number;
  readonly permit: Permit;
}

/** An item on its way to the provider and back; a class, as each request has one. */
class SentItem implements Unsubscribable {
  private readonly sentAt: number;
  private open = true;
  private straggled = false;
  private request: Unsubscribable | undefined;
  private unwatch: (() => void) | undefined;

  constructor(
    private readonly item: WorkItem,
    private readonly options: SendItemOptions,
    private readonly passage: Passage,
    private readonly lane: Lane<Draft>,
  ) {
    this.sentAt = options.scheduler.now();
  }

  begin(): void {
    const { item, options } = this;
    const { provider, jobId, deadlines, stragglers } = options;
    options.sending(1, this.sentAt);
    this.lane.hold(this);
    const request = attempt(provider, item.resolved, { jobId, attempt: item.failures + 1, deadlines }, this);
    // Over already: answered at once, or given up while the provider was asked.
    if (!this.open) return request.unsubscribe();
    this.request = request;
    this.unwatch = stragglers?.watch({
      sentAt: this.sentAt,
      straggles: item.straggles,
      giveUp: (afterMs) => this.giveUp(afterMs),
    });
  }

  next(response: ProviderResponse): void {
    const { item, options, sentAt } = this;
    this.passage.permit.succeeded({ limits: response.limits, usedTokens: counted(response, options) });
    options.stragglers?.answered(options.scheduler.now() - sentAt);
    this.conclude({ kind: 'finish', result: okResult(item, response, options) });
  }

  error(error: unknown): void {
    const { item, options, passage } = this;
    const verdict = options.classify(error);
    const free = this.straggled || options.sleptSince(this.sentAt);
    this.conclude(settle(item, verdict, passage, { free, now: options.scheduler.now(), options }));
  }

  /** Nobody waits for it any more. */
  unsubscribe(): void {
    this.leave();
    this.end();
  }

  private giveUp(afterMs: number): void {
    this.straggled = true;
    this.item.straggles++;
    this.request?.unsubscribe();
    const message = `Far slower than the others: no answer within ${String(afterMs)} ms`;
    this.error(new ProviderError(failureVerdict('timeout', message)));
  }

  private conclude(decision: Decision): void {
    this.leave();
    const draft = this.options.conclude(decision, this.item);
    if (draft !== undefined) this.lane.next(draft);
    this.lane.complete();
    this.end();
  }

  /** The request is over, one way or another. */
  private leave(): void {
    if (!this.open) return;
    this.open = false;
    this.passage.permit.released();
    this.options.sending(-1, this.sentAt);
  }

  private end(): void {
    this.request?.unsubscribe();
    this.unwatch?.();
  }
}

/** What the provider's own code counts, where that is an amount: else the estimate stands, and the answer with it. */
function counted({ usage }: ProviderResponse, { count }: SendItemOptions): number | undefined {
  if (usage === undefined || count === undefined) return undefined;
  try {
    const tokens: unknown = count(usage);
    if (isAmount(tokens)) return tokens;
    disown(tokens);
  } catch {
    // As good as not counted.
  }
  return undefined;
}

/** What a failure may say about the server; an answer that cannot be used says that it is there. */
const kinds: Partial<Record<ItemErrorCode, PermitFailure['kind']>> = {
  timeout: 'timeout',
  network: 'broken',
  server_error: 'broken',
};

interface Failed {
  readonly free: boolean;
  readonly now: number;
  readonly options: OutcomeOptions;
}

/** Tells the limiter what a failed attempt means for everybody, and decides what becomes of the item. */
function settle(
  item: WorkItem,
  verdict: Verdict,
  { limiter, tokens, permit }: Passage,
  { free, now, options }: Failed,
): Decision {
  if (verdict.kind === 'fail' && verdict.usage === undefined) permit.rejected();
  if (verdict.kind === 'retry') {
    const { overloaded = false, unreached = false, error } = verdict;
    const kind = overloaded ? 'overloaded' : kinds[error.code];
    // What was given up for a reason of ours says nothing about the server.
    const outage = !free && kind !== undefined && permit.failed({ kind, unreached, firstFailedAt: item.failedAt });
    item.failedAt ??= now;
    return decide(item, verdict, options, { free: free || outage });
  }
  if (verdict.kind !== 'rate_limited') return decide(item, verdict, options, { free });
  const { limits, waitMs } = verdict;
  const size = { tokens, limit: limits?.tokens?.limit ?? limiter.tokenLimit, largest: limiter.largest };
  if (item.passedBefore >= 0 && (limiter.successes > item.passedBefore || aboveLimit(size))) item.refusals++;
  item.passedBefore = limiter.successes;
  const decision = decide(item, verdict, options, { size });
  const alone = decision.kind !== 'hold' || decision.alone;
  const delayMs = permit.refused({ limits, waitMs, alone });
  return decision.kind === 'hold'
    ? { ...decision, delayMs: Math.max(decision.delayMs, alone ? 0 : delayMs) }
    : decision;
}
