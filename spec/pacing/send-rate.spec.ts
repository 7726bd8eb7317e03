import { SendRate } from '../../lib/pacing/send-rate.js';

/** One send each `everyMs`, from `from` to `to`; returns how many there are then. */
function send(rate: SendRate, count: number, { everyMs, from, to }: Record<'everyMs' | 'from' | 'to', number>): number {
  let sent = count;
  for (let now = from; now <= to; now += everyMs) rate.note(now, ++sent);
  return sent;
}

describe('SendRate', () => {
  it('says nothing before a second is over: a first burst is no rate', () => {
    const rate = new SendRate();
    const sent = send(rate, 0, { everyMs: 10, from: 5_000, to: 5_990 });
    expect(rate.perMs(5_999, sent)).toBeUndefined();
    expect(rate.perMs(6_000, sent)).toBeCloseTo(0.1, 6);
  });

  it('counts from the first send, not from the beginning of time', () => {
    const rate = new SendRate();
    const sent = send(rate, 0, { everyMs: 20, from: 1_000_000, to: 1_001_980 });
    expect(rate.perMs(1_002_000, sent)).toBeCloseTo(0.05, 6);
  });

  it('knows when the first was sent', () => {
    const rate = new SendRate();
    send(rate, 0, { everyMs: 900, from: 7_000, to: 60_000 });
    expect(rate.startedAt).toBe(7_000);
  });

  it('goes by the last few seconds', () => {
    const rate = new SendRate();
    let sent = send(rate, 0, { everyMs: 1, from: 0, to: 9_999 });
    sent = send(rate, sent, { everyMs: 100, from: 10_000, to: 15_000 });
    expect(rate.perMs(15_000, sent)).toBeCloseTo(0.01, 3);
  });

  it('falls while nothing is sent', () => {
    const rate = new SendRate();
    const sent = send(rate, 0, { everyMs: 10, from: 0, to: 1_990 });
    expect(rate.perMs(20_000, sent)).toBeLessThan(rate.perMs(2_000, sent)! / 5);
  });
});
