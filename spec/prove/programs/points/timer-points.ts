import { asyncScheduler, type SchedulerAction, type SchedulerLike } from 'rxjs';
import type { KillSwitch } from './kill-switch.js';

/** The real scheduler, with a point before and after everything that was waited for: `timer.turn`, `timer.wait`. */
export function pointedScheduler(points: KillSwitch): SchedulerLike {
  return {
    now: () => asyncScheduler.now(),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) {
      const name = delay > 0 ? 'timer.wait' : 'timer.turn';
      const pointed = function (this: SchedulerAction<T>, given?: T): void {
        points.pass(`${name}:before`);
        work.call(this, given);
        points.pass(`${name}:after`);
      };
      return asyncScheduler.schedule(pointed, delay, state);
    },
  };
}
