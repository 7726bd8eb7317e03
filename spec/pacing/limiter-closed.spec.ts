import { VirtualTimeScheduler } from 'rxjs';
import { Limiter } from '../../lib/pacing/limiter.js';
import type { Permit } from '../../lib/pacing/permit.js';

/** Fifty who ask again and again of a server that refuses everything until it opens; calls of each second. */
function ask(opensAt: number, refusalMs: number): { readonly calls: readonly number[]; readonly limiter: Limiter } {
  const scheduler = new VirtualTimeScheduler(undefined, 120_000);
  const limiter = new Limiter({ scheduler, random: () => 0.5, concurrency: 50 });
  const calls = Array<number>(121).fill(0);
  const after = (ms: number, work: () => void): void => void scheduler.schedule(work, ms);
  const answer = (permit: Permit): void => {
    calls[Math.floor(scheduler.now() / 1_000)]!++;
    if (scheduler.now() >= opensAt) after(400, () => (permit.succeeded(), lane()));
    else after(refusalMs, () => after(permit.refused(), lane));
  };
  const lane = (): void => void limiter.admit(100).subscribe(answer);
  for (let n = 0; n < 50; n++) lane();
  scheduler.flush();
  return { calls, limiter };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe.each([0, 100])('a server that refuses everything, after %s ms, and names no wait', (refusalMs) => {
  it('is asked by one at a time, ever more rarely', () => {
    const { calls, limiter } = ask(Infinity, refusalMs);
    expect(calls[0]).toBeLessThanOrEqual(20);
    expect(sum(calls.slice(1, 60))).toBeLessThan(12);
    expect(limiter.state).toMatchObject({ window: 1, waiting: 50 });
  });

  it('is asked at full speed once it has answered', () => {
    const { calls } = ask(20_000, refusalMs);
    // The next try is at most a minute away; then fifty at a time, of 400 ms each.
    expect(calls.at(-3)).toBeGreaterThan(90);
  });
});

describe('tokens of a limit set by hand', () => {
  it.each<[string, (permit: Permit) => void]>([
    ['refused', (permit) => permit.refused({ waitMs: 0, alone: true })],
    ['rejected', (permit) => permit.rejected()],
  ])('are given back where a request was %s: nothing was used', (_how, end) => {
    let now = 0;
    const clock = { now: () => now, schedule: () => ({ unsubscribe: () => undefined }) };
    const limiter = new Limiter({ scheduler: clock as never, tokensPerMinute: 6_000 });
    end(limiter.tryAdmit(50_000)!);
    now = 2;
    expect(limiter.tryAdmit(100)).toBeDefined();
  });
});
