import type { Writable } from 'node:stream';
import { SingleBar, type Options, type Params } from 'cli-progress';
import type { Progress } from '../../core/progress.js';
import { describeProgress, isReading } from './describe-progress.js';
import type { ProgressView } from './progress-view.js';

const width = 28;

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
    format: (_options: Options, params: Params) => (latest === undefined ? '' : draw(latest, params.progress, now())),
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
      stream.write(`${text}\n`);
      if (!ended) start();
    },
    stop: () => {
      stop();
      ended = true;
    },
  };
}

function draw(progress: Progress, part: number, now: number): string {
  const text = describeProgress(progress, now);
  if (isReading(progress)) return text;
  // An empty job is done, not 0 of 0.
  const share = progress.total === 0 ? 1 : Math.min(1, Number.isFinite(part) ? part : 0);
  const filled = Math.floor(share * width);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${percent}% ${text}`;
}
