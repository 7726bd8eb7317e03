import type { Result } from '../../core/result.js';
import type { BatchStore, CommitGroup, Draft, Lease, NewItem, NewJob } from '../../store/store.js';
import { progressSnapshot } from '../event-builders.js';

export const hostileIds: readonly (readonly [string, string])[] = [
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['empty', ''],
  ['blank', ' \t'],
  ['newlines', 'a\r\nb\u2028c'],
  ['NUL', 'a\u0000b'],
  ['any script', 'задача-项目-مهمة-🧪-é'],
  ['SQL', `'); DROP TABLE items; --`],
  ['quotes and backslashes', `"'\`\\`],
  ['10 kB', 'x'.repeat(10_240)],
];

export interface OpenJob {
  readonly key: number;
  readonly lease: Lease;
}

export function openJob(store: BatchStore, jobId = 'job'): OpenJob {
  const { key } = store.createJob(newJob(jobId));
  return { key, lease: store.acquire(jobId) };
}

export function newJob(jobId: string): NewJob {
  return {
    jobId,
    provider: 'local_echo',
    endpoint: 'default',
    model: null,
    params: {},
    mode: 'auto',
    runMode: 'emulated',
    modeReason: 'because',
    tags: [],
    metadata: null,
    settings: {},
  };
}

export function item(itemId: string): NewItem {
  const hash = new Uint8Array(16).map((_, n) => (itemId.charCodeAt(n % Math.max(1, itemId.length)) + n) & 0xff);
  return { itemId, hash, request: JSON.stringify({ input: { prompt: `of ${itemId}` } }) };
}

export const ids = (...all: readonly string[]): readonly NewItem[] => all.map(item);

export function resultOf(itemId: string, good: boolean): Result {
  if (good) return { itemId, ok: true, output: `answer of ${itemId}`, attempts: 1 };
  return {
    itemId,
    ok: false,
    error: { code: 'server_error', message: `failure of ${itemId}`, retryable: true },
    attempts: 2,
  };
}

export const ok = (ordinal: number, itemId: string): Draft => ({
  type: 'item',
  ordinal,
  result: resultOf(itemId, true),
});
export const failed = (ordinal: number, itemId: string): Draft => ({
  type: 'item',
  ordinal,
  result: resultOf(itemId, false),
});
export const progress = (done: number): Draft => ({ type: 'progress', progress: progressSnapshot({ done }) });

export function group(
  drafts: readonly Draft[],
  { lowWater = 0, claimedTo = 0 }: Partial<CommitGroup> = {},
): CommitGroup {
  return { drafts, lowWater, claimedTo };
}
