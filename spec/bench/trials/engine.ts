import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { compare, type Trial } from '../harness/trial.js';

const concurrency = 64;

/** What the library itself costs an item, where the request costs nothing. */
export const engine: Trial = {
  name: 'engine',
  about: 'requests that take no time',
  async rows(run) {
    const items = sized(50_000, 20_000);
    const library = (durability: string) => ({
      program: 'engine-library',
      options: { items, concurrency, durability },
    });
    const measured = await run.interleaved({
      floor: { program: 'engine-floor', options: { items } },
      full: library('full'),
      normal: library('normal'),
      queue: { program: 'engine-queue', options: { items, concurrency } },
      map: { program: 'map-alone', options: { items, concurrency } },
      each: { program: 'each-durable', options: { items, concurrency } },
    });
    const cpu = (name: keyof typeof measured): number => figure(measured[name], 'cpuUs');
    const row = (what: string, peer: keyof typeof measured, atMost: number, beside: Record<string, number> = {}) =>
      compare(what, { library: cpu('full'), peer: cpu(peer), beside, unit: 'µs', target: { atMost } });
    return [
      row('engine: CPU an item, to a plain synchronous loop over SQLite', 'floor', 1.5, {
        'a transaction an item': cpu('each'),
      }),
      row('engine: CPU an item, to p-queue and nothing durable', 'queue', 6, { 'p-map': cpu('map') }),
      row('engine: CPU an item, durability full to normal', 'normal', 1.1),
    ];
  },
};
