import type { Life } from './life.js';

export interface EventFigures {
  readonly connections: number;
  /** Results, and the end, that the follower never saw. */
  readonly missedEvents: number;
  /** Events it saw twice, or behind a later one. */
  readonly repeatedEvents: number;
}

/** What a subscriber saw over all its connections, against what is stored at the end. */
export function judgeEvents({ follower, final }: Life): EventFigures {
  const { events, connections } = follower;
  const items = new Set(events.flatMap((event) => (event.type === 'item' ? [event.seq] : [])));
  const completions = events.filter(({ type }) => type === 'complete').length;
  const missed = final.results.filter(({ seq }) => !items.has(seq)).length + (completions === 0 ? 1 : 0);
  const backwards = events.filter(({ seq }, index) => index > 0 && seq <= events[index - 1]!.seq).length;
  const twice = events.filter(({ type }) => type === 'item').length - items.size + Math.max(0, completions - 1);
  // An item event whose row is gone was told too early: it was not durable.
  const untrue = items.size - final.results.filter(({ seq }) => items.has(seq)).length;
  return { connections, missedEvents: missed, repeatedEvents: backwards + twice + untrue };
}
