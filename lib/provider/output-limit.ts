import type { ResolvedItem } from '../core/item.js';
import { isRecord } from './is-record.js';

const names: ReadonlySet<string> = new Set([
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'maxOutputTokens',
]);

/** The most output tokens a request allows, by the name any known API has for it; 0 where it does not say. */
export function outputLimit({ input, params }: ResolvedItem): number {
  const told = new Told();
  // What stands in the item's own parameters goes over what stands in its body.
  told.read(params);
  told.read(params['generationConfig']);
  if (isRecord(input)) {
    told.read(input);
    told.read(input['generationConfig']);
    told.read(input['config']);
  }
  return told.most;
}

/** The limits named so far: of each name, the first one counts. */
class Told {
  #limits: Map<string, number> | undefined;

  /** By the names that are there, which are few: most bodies name no limit at all. */
  read(place: unknown): void {
    if (!isRecord(place)) return;
    for (const name in place) {
      if (!names.has(name) || this.#limits?.has(name) === true) continue;
      const limit = place[name];
      if (isAmount(limit)) (this.#limits ??= new Map()).set(name, limit);
    }
  }

  get most(): number {
    return this.#limits === undefined ? 0 : Math.max(...this.#limits.values());
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
