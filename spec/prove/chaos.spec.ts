import { proveChaos } from './chaos/prove-chaos.js';
import { isKept } from './harness/table.js';

/** The short version of `npm run prove:chaos`. */
it('with a quarter of all calls going wrong, a rival, a kill and a full disk, every item has its one result', async () => {
  const { rows, complaints } = await proveChaos({ items: 400, seed: 5, minutes: 2 });
  expect(complaints).toEqual([]);
  expect(rows.filter((row) => !isKept(row))).toEqual([]);
}, 240_000);
