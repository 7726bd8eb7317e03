import { geminiFaults, openaiFaults, type FakeServer } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// BerriAI/litellm-docs#1408, QwenLM/qwen-code#11874: the SDKs repeat `batches.create` by themselves, and each is paid for.
describe("the SDK's own retries", () => {
  const { openai, gemini, run } = bench();
  const times = ({ ledger }: FakeServer, name: string): number =>
    ledger.entries.filter(({ operation }) => operation === name).length;

  it.each([
    ['openai', openai, openaiFaults],
    ['@google/genai', gemini, geminiFaults],
  ])('of %s are off for uploads and creations', async (_name, start, faults) => {
    const fault = faults.reset({ billed: true });
    const server = await start({ faults: [{ on: 'batches.create', fault, requests: 1 }] });
    expectOnce(await run(3, { orphanWaitMs: 5_000 }), 3);
    expect(times(server, 'batches.create')).toBe(1);
    expect(times(server, 'files.create')).toBe(1);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('of requests are off, too: an attempt is one request', async () => {
    const server = await openai({ faults: [{ fault: openaiFaults.serverError(), firstAttempts: 2 }] });
    const outcome = await run(2, { mode: 'emulated', maxAttempts: 3 });
    expectOnce(outcome, 2);
    expect(server.ledger.requests).toBe(6);
    expect(outcome.items.map(({ result }) => result.attempts)).toEqual([3, 3]);
  });
});
