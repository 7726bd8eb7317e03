import { Congestion, coldStart } from '../../lib/pacing/congestion.js';

/** Requests of a run against one {@link Congestion}: sent at a pace, all in flight until they are settled. */
class Lane {
  now = 0;
  sent = 0;
  inFlight = 0;

  constructor(readonly congestion = new Congestion()) {}

  /** Sends so many, one each `everyMs`, whatever is asked to wait; answers come at once. */
  flow(count: number, everyMs: number, tokens = 100): this {
    for (let n = 0; n < count; n++) {
      this.now += everyMs;
      this.congestion.sent(tokens, ++this.inFlight, this.now);
      this.sent++;
      this.congestion.succeeded(10, this.inFlight--, this.now);
    }
    return this;
  }

  /** Sends one and has it refused; what that means. */
  refused(tokens = 100, sentAt = this.now): string {
    this.congestion.sent(tokens, this.inFlight + 1, sentAt);
    this.sent++;
    return this.congestion.refused({ now: this.now, sentAt, tokens, inFlight: this.inFlight + 1 });
  }

  /** How many requests of so many tokens may go in the next so many milliseconds. */
  pass(forMs: number, tokens = 100): number {
    let passed = 0;
    for (const end = this.now + forMs; this.now < end; this.now++) {
      while (this.congestion.waitMs(tokens, 0, this.now) <= 0 && passed < 100_000) {
        this.congestion.sent(tokens, 1, this.now);
        passed++;
      }
    }
    return passed;
  }

  get state() {
    return this.congestion.state(this.now);
  }
}

/** Refused twice in ten seconds at a hundred a second: the rate is measured. */
function measured(tokens = 100, refusedTokens = tokens): Lane {
  const lane = new Lane().flow(500, 10, tokens);
  lane.refused(refusedTokens);
  lane.flow(500, 10, tokens);
  lane.refused(refusedTokens);
  return lane;
}

describe('a cold start', () => {
  it('lets a few go, and knows nothing', () => {
    const { congestion, state } = new Lane();
    expect(state).toEqual({ window: coldStart, requests: undefined, tokens: undefined });
    expect(congestion.pauseMs(0)).toBeUndefined();
    expect(congestion.waitMs(100, coldStart - 1, 0)).toBe(0);
    expect(congestion.waitMs(100, coldStart, 0)).toBeGreaterThan(0);
  });

  it.each([
    [0, coldStart],
    [64, 16],
    [400, 100],
  ])('with %i wanted at a time begins with %i', (concurrency, window) => {
    const lane = new Lane();
    lane.congestion.expect(concurrency);
    expect(lane.state.window).toBe(window);
  });

  it('has no window where limits are told', () => {
    const lane = new Lane();
    lane.congestion.told({ perMs: 0.01, nominalPerMs: 0.01 });
    expect(lane.state.window).toBeNull();
    expect(lane.congestion.waitMs(100, 100_000, 0)).toBe(0);
  });
});

describe('a refusal', () => {
  it('is an episode with all that were sent before the cut', () => {
    const lane = new Lane().flow(200, 10);
    const sentAt = lane.now;
    lane.now += 10;
    expect(lane.refused(100, sentAt)).toBe('cut');
    const before = lane.state;
    expect([lane.refused(100, sentAt), lane.refused(100, sentAt - 500)]).toEqual(['known', 'known']);
    expect(lane.state).toEqual(before);
    lane.now += 10;
    expect(lane.refused()).toBe('cut');
  });

  it('after a while tells the rate, which is then kept to', () => {
    const lane = measured();
    expect(lane.state.requests! / 6_000).toBeCloseTo(0.97, 2);
    expect(lane.state.tokens).toBeUndefined();
    expect(Math.abs(lane.pass(2_000) - 200)).toBeLessThan(10);
  });

  it('costs a moment at that rate', () => {
    const pauseMs = measured().congestion.pauseMs(10_000)!;
    expect(pauseMs).toBeGreaterThan(0);
    expect(pauseMs).toBeLessThanOrEqual(2_000);
  });

  it('of a first burst, most of it refused, has the pace guessed by what passed', () => {
    const lane = new Lane();
    for (let n = 0; n < 40; n++) lane.congestion.sent(100, n + 1, 0);
    lane.now = 10;
    const said = Array.from({ length: 30 }, () =>
      lane.congestion.refused({ now: lane.now, sentAt: 0, tokens: 100, inFlight: 40 }),
    );
    expect(said).toEqual(['cut', ...Array<string>(29).fill('known')]);
    expect(lane.state.requests).toBeGreaterThan(0);
    expect(lane.pass(1_000)).toBeLessThan(40);
  });

  it('is about tokens where larger requests are refused than pass', () => {
    const lane = new Lane();
    for (let n = 0; n < 12; n++) {
      lane.flow(100, 10);
      lane.refused(1_000);
    }
    expect(lane.state.requests).toBeUndefined();
    expect(lane.state.tokens).toBeGreaterThan(0);
    const small = lane.pass(2_000, 100);
    expect(lane.pass(2_000, 1_000)).toBeLessThan(small / 4);
  });

  it('is about what it says it is about', () => {
    const lane = new Lane().flow(20, 10);
    const said = { tokens: { limit: 6_000, remaining: 0 } };
    lane.congestion.sent(100, 1, lane.now);
    lane.congestion.refused({ now: lane.now, sentAt: lane.now, tokens: 100, inFlight: 1, said });
    expect(lane.state.requests).toBeUndefined();
    expect(lane.state.tokens).toBeLessThanOrEqual(6_000);
    expect(lane.state.tokens).toBeGreaterThan(5_500);
  });

  it('that says a limit of many requests names only what is limited: the rate is measured', () => {
    const lane = new Lane().flow(500, 10);
    const said = { tokens: { limit: 600_000, remaining: 0 } };
    lane.congestion.sent(100, 1, lane.now);
    lane.congestion.refused({ now: lane.now, sentAt: lane.now, tokens: 100, inFlight: 1, said });
    expect(lane.state.requests).toBeUndefined();
    expect(lane.state.tokens).toBeLessThan(600_000);
  });

  it('that names a limit which was passed long ago is not believed', () => {
    const lane = new Lane().flow(500, 10);
    const said = { requests: { limit: 10, remaining: 0 } };
    lane.congestion.sent(100, 1, lane.now);
    lane.congestion.refused({ now: lane.now, sentAt: lane.now, tokens: 100, inFlight: 1, said });
    expect(lane.state.requests).toBeGreaterThan(1_000);
  });

  it('never has more sent than the provider says it allows', () => {
    const lane = measured();
    lane.congestion.told({ perMs: 0.05, nominalPerMs: 0.05 });
    expect(lane.pass(10_000)).toBeLessThan(510);
  });

  it('takes from the window only where the window was full', () => {
    const idle = new Lane();
    idle.congestion.expect(4_000);
    idle.flow(200, 10).refused();
    expect(idle.state.window).toBeGreaterThanOrEqual(1_000);
    const full = new Lane();
    for (let n = 0; n < coldStart; n++) full.congestion.sent(100, ++full.inFlight, 0);
    full.now = 10;
    full.congestion.refused({ now: 10, sentAt: 0, tokens: 100, inFlight: full.inFlight });
    expect(full.state.window).toBeLessThan(coldStart);
  });

  it('that comes by chance however slow one goes is borne in the end', () => {
    const lane = new Lane();
    const said: string[] = [];
    for (let n = 0; n < 60; n++) {
      lane.flow(19, Math.max(10, Math.ceil(lane.congestion.waitMs(100, 0, lane.now)), n * 4));
      said.push(lane.refused());
    }
    expect(said[0]).toBe('cut');
    expect(said).toContain('noise');
    expect(said.slice(said.indexOf('noise'))).not.toContain('cut');
    for (let n = 0; n < 60; n++) {
      lane.flow(19, 10);
      lane.refused();
    }
    // A ceiling that is out of reach is none, and no number to be shown.
    expect(lane.state.requests).toBeUndefined();
  });

  it('that comes by chance gives the window back, too', () => {
    const lane = new Lane();
    const windows: number[] = [];
    for (let n = 0; n < 60; n++) {
      lane.flow(19, Math.max(10, Math.ceil(lane.congestion.waitMs(100, 0, lane.now)), n * 4));
      const inFlight = lane.state.window!;
      lane.congestion.sent(100, inFlight, lane.now);
      const said = lane.congestion.refused({ now: lane.now, sentAt: lane.now, tokens: 100, inFlight });
      windows.push(lane.state.window!);
      if (said === 'noise') break;
    }
    expect(windows.at(-1)).toBeGreaterThan(windows[0]!);
  });
});

describe('overload', () => {
  const full = (): Lane => {
    const lane = new Lane();
    for (let n = 0; n < coldStart; n++) lane.congestion.sent(100, ++lane.inFlight, 0);
    lane.now = 10;
    return lane;
  };

  it('narrows the window, once per episode, and sets no pace', () => {
    const lane = full();
    lane.congestion.overloaded(0, lane.inFlight, 10);
    const once = lane.state.window!;
    expect(once).toBeLessThan(coldStart);
    for (let n = 0; n < 5; n++) lane.congestion.overloaded(0, lane.inFlight, 11);
    expect(lane.state).toEqual({ window: once, requests: undefined, tokens: undefined });
    lane.congestion.sent(100, once, 20);
    lane.congestion.overloaded(20, once, 30);
    lane.now = 30;
    expect(lane.state.window).toBeLessThan(once);
  });

  it('that comes by chance however few there are is borne in the end', () => {
    const lane = new Lane();
    const windows: number[] = [];
    for (let n = 0; n < 60; n++) {
      lane.flow(19, 10 + n * 4);
      const inFlight = lane.state.window!;
      lane.congestion.sent(100, inFlight, lane.now);
      lane.congestion.overloaded(lane.now, inFlight, lane.now);
      windows.push(lane.state.window!);
    }
    const borne = windows.findIndex((size, n) => n > 0 && size > windows[n - 1]!);
    const since = windows.slice(borne);
    expect(since.length).toBeGreaterThan(20);
    expect(since).toEqual([...since].sort((one, other) => one - other));
    // Half of them is more than chance.
    for (let n = 0; n < 60; n++) {
      lane.congestion.sent(100, since.at(-1)!, ++lane.now);
      if (n % 2 === 0) lane.congestion.overloaded(lane.now, since.at(-1)!, lane.now);
    }
    expect(lane.state.window).toBeLessThan(since.at(-1)!);
  });

  it('is asked for as much again after a while', () => {
    const lane = full();
    lane.congestion.overloaded(0, lane.inFlight, 10);
    lane.now = 10_010;
    expect(lane.state.window).toBe(coldStart);
  });
});

describe('rising latency', () => {
  /** Answers over so many seconds, fifty a second, of 60 in flight. */
  const answers = (congestion: Congestion, from: number, to: number, latencyMs: number): void => {
    for (let now = from; now < to; now += 20) congestion.succeeded(latencyMs, 60, now);
  };

  it('narrows the window where requests only queue', () => {
    const { congestion } = new Lane();
    answers(congestion, 0, 5_000, 400);
    const before = congestion.state(5_000).window!;
    answers(congestion, 5_000, 7_000, 4_000);
    expect(congestion.state(7_000).window).toBeLessThan(60);
    expect(before).toBeGreaterThan(60);
    // In vain: it is back, and beyond.
    answers(congestion, 7_000, 12_000, 4_000);
    expect(congestion.state(12_000).window).toBeGreaterThan(60);
  });

  it('means nothing where limits are told', () => {
    const { congestion } = new Lane();
    congestion.told({ perMs: 1, nominalPerMs: 1 });
    answers(congestion, 0, 5_000, 400);
    answers(congestion, 5_000, 7_000, 4_000);
    expect(congestion.state(7_000).window).toBeNull();
  });
});

describe('answers that do not come in time', () => {
  it.each([
    ['one in twenty narrows nothing', 20, null],
    ['one in two halves the window', 2, 20],
  ])('%s', (_what, every, window) => {
    const congestion = new Congestion();
    congestion.told({ perMs: 1, nominalPerMs: 1 });
    for (let n = 1; n <= 60; n++) {
      congestion.sent(100, 40, n);
      if (n % every === 0) congestion.timedOut(0, 40, 100);
      else congestion.succeeded(50, 40, 100);
    }
    const { window: found } = congestion.state(100);
    if (window === null) expect(found).toBeNull();
    else expect(found).toBeLessThanOrEqual(window);
  });
});
