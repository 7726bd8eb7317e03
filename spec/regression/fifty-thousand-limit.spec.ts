import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// bespokelabsai/curator#109: a job of more than 50,000 requests is one batch too large. Here with a limit of 5.
describe("the provider's limits on one batch", () => {
  const { openai, gemini, run } = bench();

  it('on requests are kept', async () => {
    const server = await openai({ batches: { maxRequests: 5 } });
    expectOnce(await run(23, { nativeCaps: { maxRequests: 5 } }), 23);
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([5, 5, 5, 5, 3]);
    expectPaidOnce(server);
  });

  it('on requests are kept where each result is committed alone', async () => {
    const server = await openai();
    expectOnce(await run(7, { concurrency: 1, nativeCaps: { maxRequests: 3 } }), 7);
    expectPaidOnce(server);
  });

  it('on bytes are kept, and what is larger alone fails alone', async () => {
    const server = await openai({ batches: { maxFileBytes: 1_000 } });
    const list = [...Array(12).keys()].map((n) => ({
      itemId: `i${n}`,
      input: { prompt: n === 7 ? 'x'.repeat(2_000) : `i${n}` },
    }));
    const outcome = await run(list, { nativeCaps: { maxBytes: 1_000 } });
    expectOnce(outcome, 12, { i7: 'too_large' });
    expect(errorOf(outcome, 'i7').message).toMatch(/1,?000/);
    expect(server.ledger.batches.length).toBeGreaterThan(1);
    expectPaidOnce(server);
  });

  it('on batches at work are kept', async () => {
    const server = await gemini({ batches: { maxConcurrent: 2, runMs: 10 } });
    expectOnce(await run(20, { nativeCaps: { maxRequests: 3, maxBatches: 2 } }), 20);
    expect(server.ledger.refusals).toBe(0);
    expectPaidOnce(server);
  });
});
