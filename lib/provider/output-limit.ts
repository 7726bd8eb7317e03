import type { ResolvedItem } from '../core/item.js';
import { isRecord } from './is-record.js';

const names = ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens'] as const;

/** The most output tokens a request allows, by the name any known API has for it; 0 where it does not say. */
export function outputLimit({ input, params }: ResolvedItem): number {
  const body = isRecord(input) ? input : {};
  // What stands in the item's own parameters goes over what stands in its body.
  const places = [params, params['generationConfig'], body, body['generationConfig'], body['config']];
  let most = 0;
  for (const name of names) most = Math.max(most, firstAmount(places, name));
  return most;
}

function firstAmount(places: readonly unknown[], name: string): number {
  for (const place of places) {
    if (!isRecord(place)) continue;
    const value = place[name];
    if (isAmount(value)) return value;
  }
  return 0;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
