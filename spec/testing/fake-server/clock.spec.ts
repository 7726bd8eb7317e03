import { ManualClock, realClock } from '../../../lib/testing/fake-server/clock.js';

it('stands still until it is advanced, and calls back in order of time', () => {
  const clock = new ManualClock(1_000);
  const seen: [string, number][] = [];
  const note = (name: string) => (): void => void seen.push([name, clock.now()]);
  clock.after(200, note('b'));
  clock.after(100, () => {
    note('a')();
    clock.after(50, note('nested'));
  });
  const callOff = clock.after(150, note('never'));
  callOff();
  clock.advance(99);
  expect(seen).toEqual([]);
  clock.advance(200);
  expect(seen).toEqual([
    ['a', 1_100],
    ['nested', 1_150],
    ['b', 1_200],
  ]);
  expect(clock.now()).toBe(1_299);
});

it('is the machine’s by default, and can be called off', async () => {
  let called = false;
  const callOff = realClock.after(1, () => (called = true));
  callOff();
  await new Promise<void>((resolve) => void realClock.after(5, resolve));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(called).toBe(false);
  expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(50);
});
