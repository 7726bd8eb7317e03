import type { SchedulerLike } from 'rxjs';
import { z } from 'zod';

/** Kinds of values that several calls take. Each message says what is expected: "a whole number from 1 up". */
export const wholeFrom = (least: number) => {
  const text = `a whole number from ${String(least)} up`;
  return z.int(text).min(least, text);
};

export const positive = z.number('a number above 0').positive('a number above 0');

export const milliseconds = z.number('a number of milliseconds').min(0, 'a number of milliseconds from 0 up');

export const flag = z.boolean('true or false');

export const aFunction = <F extends (...args: never[]) => unknown>() =>
  z.custom<F>((value) => typeof value === 'function', 'a function');

export const rxScheduler = z.custom<SchedulerLike>(
  (value) => typeof value === 'object' && value !== null && 'schedule' in value && 'now' in value,
  'an RxJS scheduler',
);
