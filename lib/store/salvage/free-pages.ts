import type { PageSource } from './page-source.js';

/** Kinds of entries: none yet, root, free, first and later overflow page, other b-tree page. */
const free = 2;
const kinds: ReadonlySet<number> = new Set([0, 1, free, 3, 4, 5]);
const entryBytes = 5;

/**
 * Says which pages are given up: what still stands on them was deleted, or stands elsewhere. Asks the pointer map, which
 * every file with incremental vacuum has; where that is damaged, or there is none, no page counts as free.
 */
export function freePages(source: PageSource): (page: number) => boolean {
  const perMap = Math.floor(source.usable / entryBytes);
  const maps = new Map<number, Buffer | undefined>();
  const mapOf = (page: number): number => 2 + Math.floor((page - 2) / (perMap + 1)) * (perMap + 1);
  const load = (number: number): Buffer | undefined => {
    if (!maps.has(number)) maps.set(number, believable(source.page(number), source.count - number));
    return maps.get(number);
  };
  return (page) => {
    const number = mapOf(page);
    if (page < 3 || page === number) return false;
    return load(number)?.[(page - number - 1) * entryBytes] === free;
  };
}

function believable(map: Buffer | undefined, entries: number): Buffer | undefined {
  if (map === undefined) return undefined;
  const used = Math.min(entries, Math.floor(map.length / entryBytes));
  for (let entry = 0; entry < used; entry++) if (!kinds.has(map[entry * entryBytes] ?? 0)) return undefined;
  return map;
}
