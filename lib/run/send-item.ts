import { Observable, type SchedulerLike } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Limiter, Permit } from '../pacing/limiter.js';
import type { Provider, Verdict } from '../provider/provider.js';
import type { Draft } from '../store/store.js';
import { attempt } from './attempt.js';
import type { Deadlines } from './deadlines.js';
import { decide, okResult, type Decision, type OutcomeOptions } from './outcome.js';
import type { WorkItem } from './work-item.js';

export interface SendItemOptions extends OutcomeOptions {
  readonly jobId: string;
  readonly provider: Provider;
  readonly limiterFor: (item: WorkItem) => Limiter;
  readonly deadlines: Deadlines;
  readonly classify: (error: unknown) => Verdict;
  readonly estimate: (item: ResolvedItem) => number;
  /** Carries a decision out; what is to be written comes back. */
  readonly conclude: (decision: Decision, item: WorkItem) => Draft | undefined;
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
    const { provider, jobId, deadlines, sending, scheduler } = options;

    const send = (permit: Permit): void => {
      const sentAt = scheduler.now();
      let open = true;
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
      sending(1);
      subscriber.add(over);
      const request = attempt(provider, item.resolved, { jobId, attempt: item.failures + 1, deadlines }).subscribe({
        next: (response) => {
          permit.succeeded();
          conclude({ kind: 'finish', result: okResult(item, response, options) });
        },
        error: (error: unknown) => {
          const decision = decide(item, options.classify(error), options, options.sleptSince(sentAt));
          if (decision.kind === 'hold') permit.refused(decision.waitMs);
          conclude(decision);
        },
      });
      if (!request.closed) subscriber.add(request);
    };

    const limiter = options.limiterFor(item);
    const tokens = options.estimate(item.resolved);
    const permit = limiter.tryAdmit(tokens);
    if (permit !== undefined) {
      send(permit);
      return;
    }
    let admitted = false;
    subscriber.add(
      limiter.admit(tokens, options.stopped$).subscribe({
        next: (granted) => {
          admitted = true;
          send(granted);
        },
        error: (error: unknown) => subscriber.error(error),
        // The run stops: the item was not sent.
        complete: () => {
          if (!admitted) subscriber.complete();
        },
      }),
    );
  });
}
