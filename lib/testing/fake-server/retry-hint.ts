/** How a refusal says when to come back. */
export type RetryHint = 'retry-after' | 'retry-after-date' | 'retry-after-ms' | 'x-ratelimit-reset' | 'none';

/** Headers that tell a client to wait `waitMs`. */
export function retryHeaders(hint: RetryHint, waitMs: number, now: number): Record<string, string> {
  switch (hint) {
    case 'retry-after':
      return { 'retry-after': String(Math.ceil(waitMs / 1000)) };
    case 'retry-after-date':
      // HTTP dates have whole seconds: rounded up, or the client would come too early.
      return { 'retry-after': new Date(Math.ceil((now + waitMs) / 1000) * 1000).toUTCString() };
    case 'retry-after-ms':
      return { 'retry-after-ms': String(waitMs) };
    case 'x-ratelimit-reset':
      return { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': goDuration(waitMs) };
    case 'none':
      return {};
  }
}

/** A duration as Go prints it: `120ms`, `1.5s`, `1m26.4s`, `6m0s`, `1h0m0s`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
