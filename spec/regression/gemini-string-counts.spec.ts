import { bench, expectOnce } from './support/native-job.js';

// googleapis/python-genai#1323: counts are 64-bit integers, so strings in JSON, zeros are left out, and the SDK drops them all.
describe("the counts of Gemini's batches", () => {
  const { gemini, run } = bench();

  it('are numbers in progress events', async () => {
    await gemini({ batches: { runMs: 120 } });
    const outcome = await run(40, { progressIntervalMs: 1 });
    expectOnce(outcome, 40);
    const rows = outcome.events.flatMap((event) => (event.type === 'progress' ? (event.progress.shards ?? []) : []));
    const underWay = rows.filter(({ completed }) => completed > 0 && completed < 40);
    expect(underWay.length).toBeGreaterThan(0);
    expect(underWay.every(({ total, failed }) => total === 40 && failed === 0)).toBe(true);
  });

  it('may be left out altogether', async () => {
    await gemini({ batches: { counts: () => null } });
    expectOnce(await run(3), 3);
  });
});
