import type { BatchEvent } from '../core/events.js';
import { count, emptyTally } from '../core/tally.js';
import { flattenDrafts, type DraftGroup } from '../native/native-draft.js';
import type { Journal } from '../operators/persist-to.js';
import type { BatchStore, ControlRequest, Draft, Lease } from '../store/store.js';
import type { RunState } from './run-state.js';

/** A draft of a run, or the wish for a progress: filled in at the moment it is written. */
export type RunDraft = Draft | DraftGroup | { readonly type: 'tick' };

/** A full page of a result file, half a megabyte, weighs as much as the rows of a full transaction. */
const bytesPerRow = 1_900;

/**
 * How many rows a draft stands for: a page of a result file is one draft of many, or of few that are long, and so is a piece of a
 * large deletion.
 */
export function draftWeight(draft: RunDraft): number {
  if (draft.type === 'group') return Math.max(draft.drafts.length, (draft.bytes ?? 0) / bytesPerRow);
  return draft.type === 'shard' ? Math.max(1, draft.release ?? 0) : 1;
}

export interface RunJournalOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly state: RunState;
  readonly now: () => number;
  /** Results were written. */
  readonly onResults: () => void;
  readonly onControl: (request: ControlRequest) => void;
}

/** Writes a run's drafts: each group with the low-water mark and the progress that belong to it. */
export class RunJournal implements Journal<RunDraft, BatchEvent> {
  constructor(private readonly options: RunJournalOptions) {}

  commit(drafts: readonly RunDraft[]): readonly BatchEvent[] {
    const { store, lease, state } = this.options;
    const { queue, shards, tracker } = state;
    const now = this.options.now();
    const results = emptyTally();
    let ticked = false;
    const group: Draft[] = [];
    for (const draft of flattenDrafts(drafts)) {
      if (draft.type === 'tick') {
        ticked = true;
        continue;
      }
      if (draft.type === 'item') {
        count(results, draft.result);
        queue.written(draft.ordinal);
        if (shards !== queue) shards?.written(draft.ordinal);
      }
      group.push(draft);
    }
    const finished = results.ok + results.failed > 0;
    if (finished) tracker.noteResults(results, now);
    if (ticked) group.push({ type: 'progress', progress: state.progress });
    const { lowWater, claimedTo } = queue;
    const { events, control } = store.commit(lease, { drafts: group, lowWater, claimedTo });
    state.work.committed();
    shards?.committed(group);
    // Only now: a run that breaks off must not pass over what was never written.
    state.lowWater = queue.lowWater;
    if (finished) this.options.onResults();
    if (control !== null) this.options.onControl(control);
    return events;
  }
}
