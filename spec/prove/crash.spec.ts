import { proveCrash } from './crash/prove-crash.js';
import { isKept } from './harness/table.js';

/** The short version of `npm run prove:crash`. */
it('kill -9 at named points and at any moment breaks no promise, in both modes with both providers', async () => {
  const { rows, complaints } = await proveCrash({ kills: 8, seed: 5 });
  expect(complaints).toEqual([]);
  expect(rows.filter((row) => !isKept(row))).toEqual([]);
  const kills = rows.filter(({ what }) => what.startsWith('kills ')).flatMap(({ values }) => values);
  expect(kills.reduce((a, b) => a + b, 0)).toBe(16);
}, 240_000);
