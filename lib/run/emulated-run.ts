import { asyncScheduler, type Observable, type SchedulerLike } from 'rxjs';
import { messageOf } from '../core/errors.js';
import type { ResolvedItem } from '../core/item.js';
import { pullLanes } from '../operators/pull-lanes.js';
import type { Limiter } from '../pacing/limiter.js';
import type { OutageLength } from '../pacing/outage.js';
import { countUsage } from '../provider/estimate-tokens.js';
import type { Provider } from '../provider/provider.js';
import type { Draft } from '../store/store.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { Deadlines } from './deadlines.js';
import type { Decision, OutcomeOptions } from './outcome.js';
import { laneOpening } from './lane-opening.js';
import { safeClassify } from './safe-classify.js';
import { safeEstimate } from './safe-estimate.js';
import { Stragglers } from './stragglers.js';
import { sendItem } from './send-item.js';
import type { StopRequest } from './stop.js';
import { checkAddress, firstAnswerMs, unreachable } from './unreachable.js';
import type { WorkItem } from './work-item.js';
import type { WorkQueue } from './work-queue.js';

export interface EmulatedRunOptions extends OutcomeOptions {
  readonly jobId: string;
  readonly provider: Provider;
  readonly queue: WorkQueue;
  readonly limiterFor: (item: WorkItem) => Limiter;
  readonly breaker: CircuitBreaker;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly maxStallMs: number;
  /** Attempts that take so many times the 95th percentile of the run's answers are given up; default: none. */
  readonly stragglerFactor?: number | undefined;
  /** Of the user, instead of the provider's. */
  readonly estimateTokens?: ((item: ResolvedItem) => number) | undefined;
  /** Ends the run: no item can pass now. */
  readonly stop: (request: StopRequest) => void;
  /** Fires when the run stops: items that wait for the limiter go back. */
  readonly stopped$: Observable<unknown>;
  /** A request leaves (+1) or is over (-1); `sentAt` is when it left. */
  readonly sending: (change: 1 | -1, sentAt: number) => void;
  /** Whether the machine slept since then: what failed meanwhile costs no attempt. */
  readonly sleptSince: (time: number) => boolean;
  readonly scheduler?: SchedulerLike;
}

/** Ordinary requests under a limit: pulls items, passes the limiter, sends, and tells what is to be written. */
export function emulatedRun(options: EmulatedRunOptions): Observable<Draft> {
  const { queue, provider, concurrency, timeoutMs, scheduler = asyncScheduler } = options;
  const estimate = safeEstimate(options.estimateTokens, provider);
  const sendOptions = {
    ...options,
    scheduler,
    deadlines: new Deadlines(timeoutMs, scheduler),
    classify: safeClassify(provider),
    stragglers: options.stragglerFactor === undefined ? undefined : new Stragglers(options.stragglerFactor, scheduler),
    estimate: (item: WorkItem) => estimated(item, estimate, options),
    count: provider.countTokens?.bind(provider) ?? (provider.estimateTokens === undefined ? countUsage : undefined),
    spent: (until: number) =>
      options.stop({ kind: 'stop', status: 'paused', code: 'daily_quota', message: spentMessage, until }),
    conclude: (decision: Decision, item: WorkItem) => conclude(decision, item, options),
  };
  return pullLanes<WorkItem, Draft>(queue, (item, lane) => sendItem(item, sendOptions, lane), {
    concurrency,
    opening$: laneOpening(concurrency, scheduler),
    scheduler,
  });
}

/** The tokens of an item; where the user's function fails, the run ends before the item is sent. */
function estimated(
  item: WorkItem,
  estimate: (item: ResolvedItem) => number,
  { queue, stop }: EmulatedRunOptions,
): number | undefined {
  try {
    return estimate(item.resolved);
  } catch (error) {
    stop({ kind: 'stop', status: 'failed', code: 'invalid_options', message: messageOf(error) });
    queue.delay(item, 0);
    return undefined;
  }
}

/** Tells the queue what becomes of the item; what is to be written comes back. */
function conclude(decision: Decision, item: WorkItem, options: EmulatedRunOptions): Draft | undefined {
  const { queue, breaker, stop, maxStallMs, limiterFor } = options;
  switch (decision.kind) {
    case 'finish': {
      queue.settled();
      const trip = breaker.note(decision.result);
      if (trip !== undefined) stop({ kind: 'stop', status: 'paused', code: 'too_many_failures', message: trip });
      return { type: 'item', ordinal: item.ordinal, result: decision.result };
    }
    case 'again': {
      const counted = decision.failures !== item.failures;
      item.failures = decision.failures;
      if (counted) queue.drafted();
      queue.delay(item, decision.delayMs);
      const gone = outageEnds(limiterFor(item).outage, maxStallMs, decision.error.message);
      if (gone !== undefined) stop(gone);
      return counted ? { type: 'attempt', ordinal: item.ordinal, failures: decision.failures } : undefined;
    }
    case 'hold': {
      queue.delay(item, decision.delayMs);
      const { stalledMs, state } = limiterFor(item);
      if (stalledMs >= maxStallMs) stop(stalled(stalledMs, state.until));
      return undefined;
    }
    case 'stop': {
      queue.delay(item, 0);
      const { status, code, error, waitMs } = decision.verdict;
      const until = waitMs === undefined ? {} : { until: (options.scheduler ?? asyncScheduler).now() + waitMs };
      stop({ kind: 'stop', status, code, message: error.message, ...until });
      return undefined;
    }
  }
}

const spentMessage =
  'The quota is used up, by the words of the provider, and nothing of it comes back soon; resume later';

function outageEnds({ ms, everAnswered }: OutageLength, maxStallMs: number, last: string): StopRequest | undefined {
  const patienceMs = everAnswered ? maxStallMs : Math.min(maxStallMs, firstAnswerMs);
  if (ms === 0 || ms < patienceMs) return undefined;
  const seconds = String(Math.round(ms / 1_000));
  const hint = everAnswered ? 'resume later, or raise maxStallMs' : checkAddress;
  return unreachable(
    `Every request has failed for ${seconds} s, and none of that is counted as an attempt`,
    hint,
    last,
  );
}

function stalled(stalledMs: number, until: number | null): StopRequest {
  const seconds = String(Math.round(stalledMs / 1_000));
  const message = `Every request is refused for its rate: the wait ends ${seconds} s after the first refusal, and maxStallMs allows less; resume later, or raise maxStallMs`;
  return { kind: 'stop', status: 'paused', code: 'stalled', message, ...(until === null ? {} : { until }) };
}
