import { Observable, type SchedulerLike } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Usage } from '../core/result.js';
import type { Limiter } from '../pacing/limiter.js';
import type { Permit } from '../pacing/permit.js';
import type { Provider, ProviderResponse, Verdict } from '../provider/provider.js';
import { failureVerdict, ProviderError } from '../provider/provider-error.js';
import type { Draft } from '../store/store.js';
import { attempt } from './attempt.js';
import type { Deadlines } from './deadlines.js';
import { decide, okResult, type Decision, type OutcomeOptions } from './outcome.js';
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
  /** Tokens a request is thought to take from the quota. */
  readonly estimate: (item: ResolvedItem) => number;
  /** Tokens the provider counts in the end, where it counts actual use. */
  readonly count: ((usage: Usage) => number) | undefined;
  /** Carries a decision out; what is to be written comes back. */
  readonly conclude: (decision: Decision, item: WorkItem) => Draft | undefined;
  /** The quota is used up for longer than anybody waits. */
  readonly spent: (until: number) => void;
  readonly stopped$: Observable<unknown>;
  readonly sending: (change: 1 | -1) => void;
  readonly sleptSince: (time: number) => boolean;
  readonly scheduler: SchedulerLike;
}

/**
 * One item through the limiter and one attempt, to at most one draft. Never errors: a failure is a value, so only the
 * store can end the stream. Written by hand rather than of five operators, which cost more than the request's own upkeep.
 */
export function sendItem(item: WorkItem, options: SendItemOptions): Observable<Draft> {
  return new Observable<Draft>((subscriber) => {
    const { provider, jobId, deadlines, stragglers, sending, scheduler } = options;
    const limiter = options.limiterFor(item);
    const tokens = options.estimate(item.resolved);

    const send = (permit: Permit): void => {
      const sentAt = scheduler.now();
      let open = true;
      let straggled = false;
      const over = (): void => {
        if (!open) return;
        open = false;
        permit.released();
        sending(-1);
      };
      const conclude = (decision: Decision): void => {
        over();
        const draft = options.conclude(decision, item);
        if (draft !== undefined) subscriber.next(draft);
        subscriber.complete();
      };
      const fail = (error: unknown): void => {
        const verdict = options.classify(error);
        const free = straggled || options.sleptSince(sentAt);
        conclude(settle(permit, item, verdict, { limiter, tokens, free, options }));
      };
      sending(1);
      subscriber.add(over);
      const request = attempt(provider, item.resolved, { jobId, attempt: item.failures + 1, deadlines }).subscribe({
        next: (response) => {
          permit.succeeded({ limits: response.limits, usedTokens: counted(response, options) });
          stragglers?.answered(scheduler.now() - sentAt);
          conclude({ kind: 'finish', result: okResult(item, response, options) });
        },
        error: fail,
      });
      if (request.closed) return;
      subscriber.add(request);
      if (stragglers === undefined) return;
      const giveUp = (afterMs: number): void => {
        straggled = true;
        item.straggles++;
        request.unsubscribe();
        fail(
          new ProviderError(
            failureVerdict('timeout', `Far slower than the others: no answer within ${String(afterMs)} ms`),
          ),
        );
      };
      subscriber.add(stragglers.watch({ sentAt, straggles: item.straggles, giveUp }));
    };

    const permit = limiter.tryAdmit(tokens);
    if (permit !== undefined) {
      send(permit);
      return;
    }
    let admitted = false;
    subscriber.add(
      limiter.admit(tokens, options.stopped$, jobId).subscribe({
        next: (granted) => {
          admitted = true;
          send(granted);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          if (admitted) return;
          // Not sent: the run stops, or should.
          const until = limiter.spentUntil(tokens);
          if (until !== undefined) options.spent(until);
          subscriber.complete();
        },
      }),
    );
  });
}

function counted({ usage }: ProviderResponse, { count }: SendItemOptions): number | undefined {
  return usage === undefined ? undefined : count?.(usage);
}

interface Failed {
  readonly limiter: Limiter;
  readonly tokens: number;
  readonly free: boolean;
  readonly options: OutcomeOptions;
}

/** Tells the limiter what a failed attempt means for everybody, and decides what becomes of the item. */
function settle(
  permit: Permit,
  item: WorkItem,
  verdict: Verdict,
  { limiter, tokens, free, options }: Failed,
): Decision {
  if (verdict.kind === 'retry' && verdict.overloaded === true) permit.overloaded();
  if (verdict.kind !== 'rate_limited') return decide(item, verdict, options, { free });
  if (limiter.successes > item.passedBefore && item.passedBefore >= 0) item.refusals++;
  item.passedBefore = limiter.successes;
  const { limits, waitMs } = verdict;
  const size = { tokens, limit: limits?.tokens?.limit ?? limiter.tokenLimit, largest: limiter.largest };
  const decision = decide(item, verdict, options, { size });
  const alone = decision.kind !== 'hold' || decision.alone;
  const delayMs = permit.refused({ limits, waitMs, alone });
  return decision.kind === 'hold'
    ? { ...decision, delayMs: Math.max(decision.delayMs, alone ? 0 : delayMs) }
    : decision;
}
