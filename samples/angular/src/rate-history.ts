import type { RatePoint } from './job-view-state';

/** Kept by this browser: a server remembers how a job stands, not how fast it once was. */
const key = 'openapi-batch.rates';
const mostJobs = 20;

type Kept = readonly (readonly [jobId: string, points: readonly RatePoint[]])[];

/** What this browser has seen of a job's pace before. */
export function seenRates(jobId: string): readonly RatePoint[] {
  return read().find(([id]) => id === jobId)?.[1] ?? [];
}

export function keepRates(jobId: string, points: readonly RatePoint[]): void {
  const others = read().filter(([id]) => id !== jobId);
  try {
    localStorage.setItem(key, JSON.stringify([[jobId, points], ...others].slice(0, mostJobs)));
  } catch {
    // No room, or not allowed: the chart begins anew after a reload.
  }
}

function read(): Kept {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as Kept;
  } catch {
    return [];
  }
}
