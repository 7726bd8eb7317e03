import type { BatchEvent, ItemEvent, Progress } from 'openapi-batch/browser';

/** One point of the chart: per minute, at a time in epoch milliseconds. */
export interface RatePoint {
  readonly at: number;
  /** Of a job in batches: items, as they come back. */
  readonly requests: number;
  readonly tokens: number;
}

/** What the page shows of a job, made of its events. */
export interface JobViewState {
  readonly progress: Progress | null;
  /** Epoch milliseconds at the server, of the newest event. */
  readonly at: number;
  readonly rates: readonly RatePoint[];
  readonly events: number;
  /** Events that came twice: none, whatever the connection does. */
  readonly repeated: number;
  /** Items that are done and of which no event came, counted at the end: none. */
  readonly missing: number;
  readonly lastSeq: number;
  /** Of the first snapshot, and item events since. */
  readonly doneBefore: number;
  readonly items: number;
}

export const emptyView: JobViewState = {
  progress: null,
  at: 0,
  rates: [],
  events: 0,
  repeated: 0,
  missing: 0,
  lastSeq: -1,
  doneBefore: 0,
  items: 0,
};

const mostPoints = 600;

export const addEvents = (view: JobViewState, events: readonly BatchEvent[]): JobViewState =>
  events.reduce(addEvent, view);

function addEvent(view: JobViewState, event: BatchEvent): JobViewState {
  const counted: JobViewState = {
    ...view,
    at: event.at,
    events: view.events + 1,
    repeated: view.repeated + (event.seq <= view.lastSeq ? 1 : 0),
    lastSeq: Math.max(view.lastSeq, event.seq),
  };
  if (event.type === 'item') return { ...counted, items: view.items + 1 };
  const { progress } = event;
  // A snapshot with the sequence 0 is followed by everything, one with another by what comes after it.
  const doneBefore = view.progress !== null ? view.doneBefore : event.seq === 0 ? 0 : progress.done;
  const missing = event.type === 'complete' ? Math.max(0, progress.done - doneBefore - view.items) : view.missing;
  return { ...counted, progress, doneBefore, missing, rates: addRate(view.rates, event) };
}

function addRate(rates: readonly RatePoint[], { at, progress, type }: Exclude<BatchEvent, ItemEvent>) {
  // What a job at rest says of its pace is long over.
  const passed = progress.status !== 'running' && type !== 'complete';
  if (passed || at <= (rates.at(-1)?.at ?? 0)) return rates;
  const { itemsPerMinute, requestsPerMinute, tokensPerMinute } = progress.rate;
  const requests = progress.mode === 'native' ? itemsPerMinute : requestsPerMinute;
  const point = { at, requests, tokens: tokensPerMinute };
  // All of the time, however long, in fewer points.
  const kept = rates.length < mostPoints ? rates : rates.filter((_, place) => place % 2 === 0);
  return [...kept, point];
}
