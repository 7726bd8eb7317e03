import type { ResolvedItem } from '../core/item.js';
import { isRecord } from './is-record.js';

const names = ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens'] as const;

/** The most output tokens a request allows, by the name any known API has for it; 0 where it does not say. */
export function outputLimit({ input, params }: ResolvedItem): number {
  const body = isRecord(input) ? input : {};
  const places = [params, params['generationConfig'], body, body['generationConfig'], body['config']].filter(isRecord);
  // What stands in the item's own parameters goes over what stands in its body.
  const limits = names.map((name) => places.map((place) => place[name]).find(isAmount) ?? 0);
  return Math.max(...limits);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
