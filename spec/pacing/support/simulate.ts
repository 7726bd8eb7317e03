import { VirtualTimeScheduler } from 'rxjs';
import { Limiter } from '../../../lib/pacing/limiter.js';
import type { Permit } from '../../../lib/pacing/permit.js';
import { Bucket, QuotaServer, type ServerOptions } from './quota-server.js';

export interface Simulation extends ServerOptions {
  /** Tokens of each item. */
  readonly items: readonly number[];
  readonly lanes?: number;
  readonly latencyMs?: number;
  /** Latency with so many in flight at the server. */
  readonly slowdown?: (busy: number) => number;
  readonly seed?: number;
}

export interface Outcome {
  /** Ideal time over the time taken, from the first request to the last admission. */
  readonly utilisation: number;
  readonly sent: number;
  readonly refused: number;
  readonly share: number;
  readonly tookMs: number;
  readonly mostBusy: number;
  readonly timeline: readonly number[];
}

/** A run of items through a limiter against a {@link QuotaServer}, in virtual time. */
export function simulate(options: Simulation): Outcome {
  const { items, lanes = 64, latencyMs = 400, seed = 1, slowdown = () => 1 } = options;
  const random = generator(seed);
  const scheduler = new VirtualTimeScheduler();
  const limiter = new Limiter({ scheduler, random, concurrency: lanes });
  const server = new QuotaServer(options, random);
  const queue = items.map((tokens, index) => ({ tokens, index }));
  let head = 0;
  const again: { readonly tokens: number; readonly index: number }[] = [];
  let [sent, refused, lastAdmission, mostBusy, done] = [0, 0, 0, 0, 0];
  const timeline: number[] = [];
  const after = (ms: number, work: () => void): void => {
    scheduler.schedule(work, ms);
  };
  const lane = (): void => {
    const item = again.shift() ?? queue[head++];
    if (item === undefined) return;
    limiter.admit(item.tokens).subscribe({
      next: (permit) => after(5 + 5 * random(), () => arrive(item, permit)),
      error: (error: unknown) => {
        throw error;
      },
    });
  };
  const arrive = (item: { readonly tokens: number; readonly index: number }, permit: Permit): void => {
    sent++;
    const now = scheduler.now();
    const answer = server.ask(item.tokens, now);
    if (answer.ok) {
      lastAdmission = now;
      server.busy++;
      mostBusy = Math.max(mostBusy, server.busy);
      timeline[Math.floor(now / 5_000)] = (timeline[Math.floor(now / 5_000)] ?? 0) + 1;
      const latency = latencyMs * slowdown(server.busy) * Math.exp(0.5 * normal(random) - 0.125);
      after(latency, () => {
        server.busy--;
        done++;
        permit.succeeded({ limits: answer.limits });
        lane();
      });
    } else {
      refused++;
      after(5 + 5 * random(), () => {
        const wait = permit.refused({ limits: answer.limits, waitMs: answer.waitMs });
        after(wait, () => {
          again.push(item);
          lane();
        });
      });
    }
  };
  for (let n = 0; n < lanes; n++) lane();
  scheduler.maxFrames = Infinity;
  scheduler.flush();
  if (done !== items.length) throw new Error(`${String(done)} of ${String(items.length)} items came back`);
  const tookMs = lastAdmission - 5;
  const ideal = idealMs(options, lanes / latencyMs);
  return { utilisation: ideal / tookMs, sent, refused, share: refused / sent, tookMs, mostBusy, timeline };
}

/** The least time in which the buckets admit all items, and so many lanes send them. */
function idealMs(options: Simulation, perMs: number): number {
  const {
    requests,
    tokens,
    windowMs,
    burst = 1,
    others = 0,
    change,
    items,
    slots = Infinity,
    latencyMs = 400,
  } = options;
  const rate = Math.min(perMs, slots / latencyMs);
  let worst = items.length / rate - 1 / rate;
  for (const [limit, amount] of [
    [requests, items.length],
    [tokens, items.reduce((sum, size) => sum + size, 0)],
  ] as const) {
    if (limit === undefined) continue;
    const bucket = new Bucket(limit, limit * burst, (limit / windowMs) * (1 - others));
    let left = amount - bucket.capacity;
    let ms: number;
    if (change !== undefined && left > change.at * bucket.perMs) {
      left -= change.at * bucket.perMs;
      ms = change.at + left / (bucket.perMs * change.factor);
    } else ms = Math.max(0, left / bucket.perMs);
    worst = Math.max(worst, ms);
  }
  return worst;
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() || 1e-12)) * Math.cos(2 * Math.PI * random());
}
