import type { Writable } from 'node:stream';
import { SingleBar, type Options, type Params } from 'cli-progress';
import type { Progress } from '../../core/progress.js';
import { drawBar } from './draw-bar.js';
import type { ProgressView } from './progress-view.js';
import { printable, say } from '../printable.js';

/** Of a terminal that does not say. */
const usualColumns = 80;

/** One line that is drawn over and over, for a terminal. */
export function barView(stream: Writable, now: () => number): ProgressView {
  let latest: Progress | undefined;
  let running = false;
  const options = {
    stream: stream as NodeJS.WritableStream,
    fps: 5,
    // A countdown moves although no item does.
    forceRedraw: true,
    clearOnComplete: true,
    format: (_options: Options, params: Params) =>
      latest === undefined ? '' : printable(drawBar(latest, params.progress, now(), columnsOf(stream))),
  };
  const bar = new SingleBar(options);
  const start = (): void => {
    if (latest === undefined || running) return;
    running = true;
    bar.start(latest.total, latest.done);
  };
  const stop = (): void => {
    if (running) bar.stop();
    running = false;
  };
  let ended = false;
  return {
    update: (progress) => {
      if (ended) return;
      latest = progress;
      if (!running) return start();
      bar.setTotal(progress.total);
      bar.update(progress.done);
    },
    note: (text) => {
      stop();
      say(stream, text);
      if (!ended) start();
    },
    stop: () => {
      stop();
      ended = true;
    },
  };
}

/** Asked each time: a window can be resized. */
function columnsOf(stream: Writable): number {
  return 'columns' in stream && typeof stream.columns === 'number' && stream.columns > 0
    ? stream.columns
    : usualColumns;
}
