import type { TestScheduler } from 'rxjs/testing';

/** Time and tasks as the spec says: `run` does those that were not taken back. */
export function handClock() {
  const delays: number[] = [];
  const tasks = new Set<{ readonly work: () => void }>();
  let now = 0;
  const schedule = (work: () => void, delay = 0): { unsubscribe(): void } => {
    delays.push(delay);
    const task = { work };
    tasks.add(task);
    return { unsubscribe: () => void tasks.delete(task) };
  };
  const run = (): void => {
    const due = [...tasks];
    tasks.clear();
    for (const { work } of due) work();
  };
  const scheduler = { now: () => now, schedule } as unknown as TestScheduler;
  return { scheduler, delays, planned: () => tasks.size, pass: (ms: number) => (now += ms), run };
}
