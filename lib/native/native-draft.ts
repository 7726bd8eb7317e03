import type { Draft } from '../store/store.js';

/** Drafts that must be in one transaction: results and how far the output they come from was read. */
export interface DraftGroup {
  readonly type: 'group';
  readonly drafts: readonly Draft[];
  /** Bytes of the output they were read from. */
  readonly bytes?: number;
}

/** What a native run wants written. */
export type NativeDraft = Draft | DraftGroup;

/** The drafts of a commit, without the brackets. */
export function flattenDrafts<D extends { readonly type: string }>(
  drafts: readonly (D | DraftGroup)[],
): readonly (D | Draft)[] {
  // The usual commit of ordinary requests: nothing to take out of brackets.
  if (!drafts.some(isGroup)) return drafts as readonly D[];
  return drafts.flatMap((draft): readonly (D | Draft)[] => (isGroup(draft) ? draft.drafts : [draft]));
}

function isGroup(draft: { readonly type: string }): draft is DraftGroup {
  return draft.type === 'group';
}
