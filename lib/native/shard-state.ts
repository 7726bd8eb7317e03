import type { ShardState } from '../store/shard-store.js';

/** What happens to a shard. */
export type ShardEvent =
  /** It is complete. */
  | 'sealed'
  /** Nothing was sent of it, and will be. */
  | 'dropped'
  /** Its creation begins. */
  | 'sending'
  | 'created'
  /** Whether it was created is not known. */
  | 'doubted'
  /** It was certainly not created, and may be another time. */
  | 'refused'
  /** A full search found it. */
  | 'found'
  /** Enough searches did not find it. */
  | 'absent'
  /** The provider had too much enqueued and has dropped it. */
  | 'crowded'
  /** It is asked to end. */
  | 'cancel'
  /** It ended remotely. */
  | 'ended'
  /** What its unanswered items get is decided. */
  | 'decided'
  /** Every item was dealt with. */
  | 'settled';

const table: { readonly [S in ShardState]: { readonly [E in ShardEvent]?: ShardState } } = {
  building: { sealed: 'ready', dropped: 'done' },
  ready: { sending: 'intent', dropped: 'done' },
  intent: { created: 'live', doubted: 'unsure', refused: 'ready', decided: 'settling' },
  unsure: { found: 'live', absent: 'ready', decided: 'settling' },
  live: { cancel: 'cancelling', crowded: 'ready', ended: 'ingesting', decided: 'settling' },
  cancelling: { ended: 'ingesting', decided: 'settling' },
  ingesting: { decided: 'settling' },
  settling: { settled: 'done' },
  done: {},
};

/** The next state, or undefined where the event means nothing in this one. */
export function nextShardState(state: ShardState, event: ShardEvent): ShardState | undefined {
  return table[state][event];
}
