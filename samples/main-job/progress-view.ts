import { SingleBar } from 'cli-progress';
import type { PacedLimit, Progress } from 'openapi-batch';

export interface ProgressView {
  update(progress: Progress): void;
  stop(): void;
}

/** A bar on a terminal, a line now and then where there is none. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  const view = stream.isTTY && process.env['TERM'] !== 'dumb' ? bar(stream) : lines(stream);
  // Before the first item is read there is nothing to show.
  return { ...view, update: (progress) => (progress.total === 0 ? undefined : view.update(progress)) };
}

function bar(stream: NodeJS.WriteStream): ProgressView {
  const view = new SingleBar({
    stream,
    format: '[{bar}] {percentage}% {text}',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: 28,
    hideCursor: true,
  });
  return {
    update: (progress) => {
      const text = describe(progress);
      if (!view.isActive) view.start(progress.total, progress.done, { text });
      view.setTotal(progress.total);
      view.update(progress.done, { text });
    },
    stop: () => view.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): ProgressView {
  let next = 0;
  let wasHeld = false;
  return {
    update: (progress) => {
      const isHeld = progress.pacing.state === 'held';
      if (Date.now() < next && isHeld === wasHeld) return;
      next = Date.now() + 1_000;
      wasHeld = isHeld;
      stream.write(`${describe(progress)}\n`);
    },
    stop: () => undefined,
  };
}

/** `87/200 done, 85 ok, 2 failed, 8 in flight, 1,520/3,000 req/min, 21K/90K tok/min, held for 1.2 s`. */
function describe({ done, total, ok, failed, inFlight, rate, pacing, status }: Progress): string {
  const parts = [`${String(done)}/${String(total)} done`, `${String(ok)} ok`, `${String(failed)} failed`];
  if (status === 'running') {
    parts.push(`${String(inFlight)} in flight`);
    parts.push(pace(rate.requestsPerMinute, pacing.requests, 'req/min', 'standard'));
    parts.push(pace(rate.tokensPerMinute, pacing.tokens, 'tok/min', 'compact'));
    if (pacing.state === 'held') parts.push(pacing.outage ? 'nothing is answered' : heldFor(pacing.until));
  }
  return parts.join(', ');
}

/** What flows, against what may: the server tells its limits with every answer. */
function pace(perMinute: number, limit: PacedLimit | null, unit: string, notation: 'standard' | 'compact'): string {
  const short = (amount: number): string => amount.toLocaleString('en-US', { notation, maximumFractionDigits: 0 });
  return `${short(perMinute)}${limit === null ? '' : `/${short(limit.perMinute)}`} ${unit}`;
}

function heldFor(until: number | null): string {
  if (until === null) return 'held by the rate limit';
  return `held by the rate limit for ${(Math.max(0, until - Date.now()) / 1_000).toFixed(1)} s`;
}
