import type { Unsubscribable } from 'rxjs';

/** One of {@link Slots}. */
export class Slot {
  inner: Unsubscribable | undefined;
  /** Where it stands among the slots in use; -1 for nowhere. */
  place = -1;
}

/**
 * What is at work, in no order. An array, because a busy `Set` makes garbage collection dear: each table it outgrows points to
 * the next, so once one is old, everything that was ever in the set lives until the next full collection.
 */
export class Slots {
  readonly #inUse: Slot[] = [];

  add(slot: Slot): void {
    slot.place = this.#inUse.push(slot) - 1;
  }

  /** Safe for a slot that was never added. */
  remove(slot: Slot): void {
    if (slot.place === -1) return;
    const last = this.#inUse.pop();
    if (last !== undefined && last !== slot) {
      this.#inUse[slot.place] = last;
      last.place = slot.place;
    }
    slot.place = -1;
  }

  unsubscribe(): void {
    for (const slot of this.#inUse.splice(0)) {
      slot.place = -1;
      slot.inner?.unsubscribe();
    }
  }
}
