import { proveFuzz } from './fuzz/prove-fuzz.js';

/** The short version of `npm run prove:fuzz`; `OPENAPI_BATCH_SEED` repeats one. */
it('hostile files, bodies and answers do no harm', async () => {
  const seed = Number(process.env['OPENAPI_BATCH_SEED'] ?? Date.now() % 1_000_000);
  const { complaints } = await proveFuzz({ runs: 60, seed });
  expect(complaints).toEqual([]);
}, 120_000);
