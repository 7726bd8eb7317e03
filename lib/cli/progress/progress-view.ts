import type { Writable } from 'node:stream';
import type { Progress } from '../../core/progress.js';
import { describeProgress } from './describe-progress.js';
import { say } from '../printable.js';

/** Shows how a job goes. */
export interface ProgressView {
  update(progress: Progress): void;
  /** A sentence in between; stays on the screen. */
  note(text: string): void;
  /** Nothing is drawn after this but notes. */
  stop(): void;
}

/** Least milliseconds between two plain lines. */
const linesEveryMs = 5_000;

/** Plain lines, for logs: the first progress at once, then one every few seconds while something changes. */
export function linesView(stream: Writable, now: () => number): ProgressView {
  let next = -Infinity;
  let last = '';
  return {
    update: (progress) => {
      if (now() < next) return;
      const text = describeProgress(progress, now());
      if (text === last) return;
      last = text;
      next = now() + linesEveryMs;
      say(stream, text);
    },
    note: (text) => say(stream, text),
    stop: () => {
      next = Infinity;
    },
  };
}

/** For `--json`: progress goes out as events elsewhere, only notes are for people. */
export function quietView(stream: Writable): ProgressView {
  return { update: () => undefined, note: (text) => say(stream, text), stop: () => undefined };
}
