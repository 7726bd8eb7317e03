import { VirtualTimeScheduler } from 'rxjs';
import { Limiter } from '../../../lib/pacing/limiter.js';
import type { Permit } from '../../../lib/pacing/permit.js';
import { generator, spread } from './chance.js';
import { idealMs, type Workload } from './ideal.js';
import { QuotaServer } from './quota-server.js';

export interface Simulation extends Workload {
  /** Times the latency with so many in flight at the server. */
  readonly slowdown?: (busy: number) => number;
  readonly seed?: number;
  /** Nothing is sent for so long once so many items have been taken. */
  readonly rest?: { readonly after: number; readonly ms: number };
}

export interface Outcome {
  /** Ideal time over the time taken, from the first request to the last admission. */
  readonly utilisation: number;
  readonly sent: number;
  readonly refused: number;
  /** Refused of those sent. */
  readonly share: number;
  readonly tookMs: number;
  readonly mostBusy: number;
  /** Admitted in each 5 s. */
  readonly timeline: readonly number[];
}

interface Item {
  readonly tokens: number;
}

/** Milliseconds a request or a refusal is on its way, at least and at most. */
const way = { least: 5, most: 10 };

/** A run of items through a limiter against a {@link QuotaServer}, in virtual time: the same each time for the same seed. */
export function simulate(options: Simulation): Outcome {
  const { lanes = 64, latencyMs = 400, seed = 1, slowdown = () => 1, rest } = options;
  const random = generator(seed);
  const scheduler = new VirtualTimeScheduler(undefined, Infinity);
  const limiter = new Limiter({ scheduler, random, concurrency: lanes });
  const server = new QuotaServer(options, random);
  const items: Item[] = options.items.map((tokens) => ({ tokens }));
  const again: Item[] = [];
  const timeline: number[] = [];
  let [head, sent, refused, lastAdmission, mostBusy, done] = [0, 0, 0, 0, 0, 0];
  const after = (ms: number, work: () => void): void => void scheduler.schedule(work, ms);
  const onTheWay = (): number => way.least + (way.most - way.least) * random();

  let restedAt: number | undefined;
  const lane = (): void => {
    if (rest !== undefined && head >= rest.after) {
      restedAt ??= scheduler.now();
      const leftMs = restedAt + rest.ms - scheduler.now();
      if (leftMs > 0) return after(leftMs, lane);
    }
    const item = again.shift() ?? items[head++];
    if (item === undefined) return;
    limiter.admit(item.tokens).subscribe((permit) => after(onTheWay(), () => arrive(item, permit)));
  };
  const arrive = (item: Item, permit: Permit): void => {
    sent++;
    const now = scheduler.now();
    const answer = server.ask(item.tokens, now);
    if (!answer.ok) {
      refused++;
      after(onTheWay(), () => after(permit.refused(answer), () => (again.push(item), lane())));
      return;
    }
    lastAdmission = now;
    mostBusy = Math.max(mostBusy, ++server.busy);
    const slot = Math.floor(now / 5_000);
    timeline[slot] = (timeline[slot] ?? 0) + 1;
    after(latencyMs * slowdown(server.busy) * spread(random), () => {
      server.busy--;
      done++;
      permit.succeeded({ limits: server.answer(answer, scheduler.now()).limits });
      lane();
    });
  };
  for (let n = 0; n < lanes; n++) lane();
  scheduler.flush();
  if (done !== items.length) throw new Error(`${done} of ${items.length} items came back`);
  const tookMs = lastAdmission - way.least - (rest?.ms ?? 0);
  return { utilisation: idealMs(options) / tookMs, sent, refused, share: refused / sent, tookMs, mostBusy, timeline };
}
