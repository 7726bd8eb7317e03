import type { ResolvedItem } from '../../core/item.js';
import type { ItemErrorCode } from '../../core/result.js';
import type { Verdict } from '../provider.js';
import { failureVerdict } from '../provider-error.js';
import { unitHash } from './unit-hash.js';

/** One kind of planned failure. Every condition given must hold; without any it applies to every request. */
export interface EchoFailure {
  /** Default `server_error`. */
  readonly code?: ItemErrorCode;
  /** Only this item. */
  readonly itemId?: string;
  /** Only where this is true; `tries` counts this item's requests from 1, refusals included. */
  readonly when?: (item: ResolvedItem, tries: number) => boolean;
  /** Only the first so many requests of an item. Default: all, or with `rate` each for itself. */
  readonly attempts?: number;
  /** Share of requests, 0 to 1, drawn by a hash of seed, item and try. */
  readonly rate?: number;
  /** Default 0. */
  readonly seed?: number | string;
  /** Milliseconds to wait that come with the failure. */
  readonly waitMs?: number;
  readonly status?: number;
  readonly message?: string;
}

export type EchoFailures = EchoFailure | readonly EchoFailure[];

/** Which planned failure, if any, a request meets. Remembers only items it has refused and not answered since. */
export function failureScript(
  failures: EchoFailures | undefined,
): (item: ResolvedItem, attempt: number) => Verdict | undefined {
  if (failures === undefined) return () => undefined;
  const planned: readonly EchoFailure[] = Array.isArray(failures)
    ? (failures as readonly EchoFailure[])
    : [failures as EchoFailure];
  // A rate-limit refusal uses up no attempt, so attempts alone would meet the same refusal for ever.
  const refusals = new Map<string, number>();
  return (item, attempt) => {
    const refused = refusals.get(item.itemId) ?? 0;
    const tries = attempt + refused;
    const failure = planned.find((candidate) => applies(candidate, item, tries));
    if (failure === undefined) {
      if (refused > 0) refusals.delete(item.itemId);
      return undefined;
    }
    const { code = 'server_error', message = `planned failure: ${code}` } = failure;
    if (code === 'rate_limited') refusals.set(item.itemId, refused + 1);
    return failureVerdict(code, message, failure);
  };
}

function applies({ itemId, when, attempts, rate, seed = 0 }: EchoFailure, item: ResolvedItem, tries: number): boolean {
  if (itemId !== undefined && itemId !== item.itemId) return false;
  if (attempts !== undefined && tries > attempts) return false;
  if (when !== undefined && !when(item, tries)) return false;
  return rate === undefined || unitHash(`${seed} ${item.itemId} ${tries}`) < rate;
}
