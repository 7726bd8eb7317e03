import type { CliIo, StopSignal } from './io.js';

/** The signals a command got while it watched a job. */
export interface Interrupts {
  /** The first one, if there was one: the job pauses. */
  readonly first: StopSignal | undefined;
  /** Resolves at the second: nothing is waited for any longer. */
  readonly second: Promise<void>;
  stop(): void;
}

export function listenForInterrupts(io: CliIo, onFirst: (signal: StopSignal) => void): Interrupts {
  let first: StopSignal | undefined;
  let enough = (): void => undefined;
  const second = new Promise<void>((resolve) => (enough = resolve));
  const stop = io.onSignal((signal) => {
    if (first !== undefined) return enough();
    first = signal;
    onFirst(signal);
  });
  return {
    get first() {
      return first;
    },
    second,
    stop,
  };
}
