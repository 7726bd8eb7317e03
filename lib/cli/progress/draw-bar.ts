import type { Progress } from '../../core/progress.js';
import { describeProgress, isReading } from './describe-progress.js';

/** In steps, so that a number that grows by a digit does not move everything. */
const lengths = [28, 20, 10] as const;
const shortest = lengths[2];

/**
 * The bar and what is to be said beside it, in so many columns where possible: the bar is as long as the text lets it. `part` is
 * the share that is done, 0 to 1; `now` is epoch milliseconds.
 */
export function drawBar(progress: Progress, part: number, now: number, columns: number): string {
  if (isReading(progress)) return describeProgress(progress, now);
  // An empty job is done, not 0 of 0.
  const share = progress.total === 0 ? 1 : Math.min(1, Number.isFinite(part) ? part : 0);
  const percent = ` ${String(Math.floor(share * 100)).padStart(3)}% `;
  // The last column stays free: some terminals go to the next line when it is written to.
  const room = columns - 1 - percent.length;
  const text = describeProgress(progress, now, room - shortest);
  const width = lengths.find((length) => length + text.length <= room) ?? shortest;
  const filled = Math.floor(share * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}${percent}${text}`;
}
