/** What a run takes its items from, as its input and its journal see it. */
export interface RunQueue {
  /** The end was told to whoever pulls. */
  readonly over: boolean;
  /** Every item up to here is finished. */
  readonly lowWater: number;
  /** Items up to here may have been sent. */
  readonly claimedTo: number;
  /** Before anything was claimed: begins elsewhere. */
  startFrom(lowWater: number): void;
  /** From now on items are handed out. */
  open(): void;
  /** Nothing is handed out any more; `nudge` lets the puller notice, at a moment of the caller's choice. */
  close(): void;
  nudge(): void;
  /** The store has more items, or (`ended`) will have no more. */
  inputGrew(ended?: boolean): void;
  /** More input will be read after all. */
  inputAgain(): void;
  /** An item's final result is being written: the low-water mark of that commit may count it. */
  written(ordinal: number): void;
}
