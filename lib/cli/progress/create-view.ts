import type { CliIo } from '../io.js';
import { linesView, quietView, type ProgressView } from './progress-view.js';

/** A bar on a terminal, plain lines in a log, nothing for machines. */
export async function createView(io: CliIo, json: boolean): Promise<ProgressView> {
  if (json) return quietView(io.stderr);
  if (io.stderr.isTTY !== true || io.env['TERM'] === 'dumb') return linesView(io.stderr, Date.now);
  const { barView } = await import('./bar-view.js');
  return barView(io.stderr, Date.now);
}
