/** Where result lines go. */
export interface LineSink {
  /** Takes a line without its line feed. A promise means: wait for it before the next line. Throws where nothing more can be written. */
  write(line: string): Promise<void> | undefined;
  /** Everything written is there for good. */
  commit(): Promise<void>;
  /** Gives up: leaves nothing half-written behind, where that can be had. Never throws. */
  discard(): void;
}

/** The reader of a pipe has left (`| head`): no fault of ours, and nothing to complain about. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}
