import { stallMeter } from './support/meters.js';
import { report } from './support/program.js';

/** A process that is as busy as the engine and persists nothing: what it is held up by is the machine. */
const stallMs = stallMeter();
const until = performance.now() + 2_000;
const turn = (): void => {
  const busyUntil = performance.now() + 1;
  while (performance.now() < busyUntil);
  if (performance.now() < until) setImmediate(turn);
  else report({ stallMs: stallMs() });
};
turn();
