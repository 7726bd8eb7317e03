import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// openai/openai-python#1579, BerriAI/litellm#3793, #527: callers want to be under the limit, not to be refused by it.
describe('a limit that is known', () => {
  const { openai, run } = bench();

  it('is kept, so that nothing is refused', async () => {
    const server = await openai({ requestsPerMinute: 12_000 });
    expectOnce(await run(60, { mode: 'emulated', requestsPerMinute: 6_000, concurrency: 20 }), 60);
    expect(server.ledger.refusals).toBe(0);
    expect(server.ledger.requests).toBe(60);
    expectPaidOnce(server);
  });

  it('on requests at the same time is kept, too (langchain-ai/langchainjs#3440)', async () => {
    const server = await openai({ latencyMs: 5 });
    expectOnce(await run(30, { mode: 'emulated', concurrency: 3 }), 30);
    expect(server.ledger.maxInFlight).toBe(3);
  });
});
