import type { ShardRecord } from '../store/shard-store.js';
import type { ShardEvent } from './shard-state.js';

/** What a restart does with a shard as it was stored: the event that happened to it meanwhile, if any. */
export type Recovery =
  | { readonly kind: 'forget' }
  | { readonly kind: 'take up'; readonly event: ShardEvent | null }
  | { readonly kind: 'drop' };

/** A pure plan: what each stored state means after a crash, a kill or an orderly stop. */
export function recoverShard({ state, fileId }: Pick<ShardRecord, 'state' | 'fileId'>): Recovery {
  switch (state) {
    case 'done':
      return { kind: 'forget' };
    case 'building':
      // Nobody remembers what its hash has seen; nothing was sent, so its items go into a new one.
      return { kind: 'drop' };
    case 'intent':
      // The upload is recorded before the create is sent: without it there was no create.
      return { kind: 'take up', event: fileId === null ? 'refused' : 'doubted' };
    default:
      return { kind: 'take up', event: null };
  }
}
