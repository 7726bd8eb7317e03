import { concatMap, delay, from, of } from 'rxjs';
import type { NativeCapability, ResultPage } from '../../../lib/provider/native.js';
import { scriptedNative, type ScriptedNativeOptions } from '../../../lib/testing/scripted-native.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { items, startNative, virtually, type NativeRun, type Told } from './run-native.js';
import type { ItemError } from '../../../lib/index.js';

export const hour = 3_600_000;
export const retryable: ItemError = { code: 'server_error', message: 'try again', retryable: true };
export const final: ItemError = { code: 'content_filtered', message: 'no', retryable: false };

/** One job from its start to its end, and what the store and the provider say afterwards. */
export function run(script: ScriptedNativeOptions, options: Partial<NativeRun> & { count?: number } = {}) {
  const { count = 10, ...rest } = options;
  const provider = scriptedNative(script);
  const store = sqliteStore({ path: ':memory:' });
  let told!: Told;
  virtually((scheduler) => {
    const given = { provider, store, items: items(count), nativeCaps: { maxRequests: 4 }, ...rest };
    told = startNative(given, scheduler).told;
  });
  const record = store.findJob('job')!;
  return { told, record, notes: record.notes, log: provider.batchLog, batches: provider.batchLog.batches, store };
}

export const ok = (told: Told): number => [...told.results.values()].filter((result) => result.ok).length;
export const errors = (told: Told): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const result of told.results.values())
    if (!result.ok) counts[result.error.code] = (counts[result.error.code] ?? 0) + 1;
  return counts;
};
export const everyOnce = (told: Told, count: number): void => {
  expect(told.results.size).toBe(count);
  expect([...told.counts.values()].every((times) => times === 1)).toBe(true);
};

/** A second from each page of results to the next. */
export function slowly(native: NativeCapability): void {
  const results = native.results.bind(native);
  const oneByOne = concatMap((page: ResultPage) => of(page).pipe(delay(1_000)));
  jest.spyOn(native, 'results').mockImplementation((...asked) => from(results(...asked)).pipe(oneByOne));
}
