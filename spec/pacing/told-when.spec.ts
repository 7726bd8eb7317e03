import { ToldWhen } from '../../lib/pacing/told-when.js';

/**
 * Sends a request every 10 ms for a second, then one every 20 ms, each answered `lag(n)` ms later, to a bucket of 1,000 that
 * fills with 0.05 a millisecond and is told either as each request comes or as it is answered.
 */
function told(late: boolean, lag: (n: number) => number): ToldWhen {
  const when = new ToldWhen();
  const sent = Array.from({ length: 300 }, (_, n) => (n < 100 ? 10 * n : 1_000 + 20 * (n - 100)));
  const spentBy = (at: number): number => sent.filter((time) => time <= at).length;
  const left = (at: number): number => Math.floor(900 + 0.05 * at - spentBy(at));
  const answers = sent.map((at, n) => ({ at, answeredAt: at + lag(n) })).sort((a, b) => a.answeredAt - b.answeredAt);
  for (const { at, answeredAt } of answers) {
    const moments = { sent: { at, spent: spentBy(at) }, answered: { at: answeredAt, spent: spentBy(answeredAt) } };
    when.note({ remaining: left(late ? answeredAt : at), ...moments }, 0.05, 1);
  }
  return when;
}

/** Between 100 and 700 ms, all mixed up. */
const uneven = (n: number): number => 100 + ((n * 7_919) % 600);

describe('ToldWhen', () => {
  it('sees that what is left is reckoned as a request is let in', () => {
    expect(told(false, uneven).atAnswer).toBe(false);
  });

  it('sees that it is reckoned as the answer is written', () => {
    expect(told(true, uneven).atAnswer).toBe(true);
  });

  it('goes by the request while it cannot tell', () => {
    expect(new ToldWhen().atAnswer).toBe(false);
    expect(told(true, () => 1).atAnswer).toBe(false);
  });

  it('draws nothing from a bucket that spilled in between', () => {
    const when = new ToldWhen();
    for (let n = 0; n < 100; n++) {
      when.note(
        { remaining: 1_000, sent: { at: 10 * n, spent: n }, answered: { at: 10 * n + 500, spent: n + 50 } },
        1,
        1,
      );
      when.skip();
    }
    expect(when.atAnswer).toBe(false);
  });
});
