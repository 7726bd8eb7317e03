/** What waits in a {@link FairQueue}. */
export interface Waiter {
  /** Has left: it is passed over. */
  readonly closed: boolean;
}

interface Flow<W> {
  readonly name: string;
  waiters: W[];
  head: number;
  /** How much it has had, in shares of the quota: the flow that had least is next. */
  had: number;
}

/**
 * Who is next where several jobs wait for one quota: each in its own order, and among jobs the one that has had least
 * (start-time fair queueing), so that a job of a million items does not keep one of ten waiting.
 */
export class FairQueue<W extends Waiter> {
  readonly #flows = new Map<string, Flow<W>>();
  /** What the flow served last had before. */
  #clock = 0;

  push(name: string, waiter: W): void {
    let flow = this.#flows.get(name);
    if (flow === undefined) {
      flow = { name, waiters: [], head: 0, had: 0 };
      this.#flows.set(name, flow);
    }
    // Whoever comes (back) has no claim to the past.
    if (flow.head >= flow.waiters.length) flow.had = Math.max(flow.had, this.#clock);
    flow.waiters.push(waiter);
  }

  /** The next in turn, or undefined where nobody waits. */
  peek(): W | undefined {
    return this.#next()?.waiter;
  }

  /** Takes out what `peek` shows; it costs its job so many shares. */
  shift(cost: number): void {
    const next = this.#next();
    if (next === undefined) return;
    const { flow } = next;
    this.#clock = flow.had;
    flow.had += cost;
    flow.head++;
    if (flow.head > 512 && flow.head * 2 > flow.waiters.length) {
      flow.waiters = flow.waiters.slice(flow.head);
      flow.head = 0;
    }
  }

  /** Nobody of this job waits. What it had is remembered for as long as it would set it back. */
  #rest(flow: Flow<W>): void {
    if (flow.had <= this.#clock) this.#flows.delete(flow.name);
    else if (flow.head > 0) {
      flow.waiters = [];
      flow.head = 0;
    }
  }

  #next(): { readonly flow: Flow<W>; readonly waiter: W } | undefined {
    let best: Flow<W> | undefined;
    for (const flow of this.#flows.values()) {
      while (flow.waiters[flow.head]?.closed === true) flow.head++;
      if (flow.head >= flow.waiters.length) this.#rest(flow);
      else if (best === undefined || flow.had < best.had) best = flow;
    }
    const waiter = best?.waiters[best.head];
    return best === undefined || waiter === undefined ? undefined : { flow: best, waiter };
  }
}
