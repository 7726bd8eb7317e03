import { geminiFaults, openaiFaults, type FakeServer } from '../../lib/testing/index.js';
import { bench, expectOnce } from './support/native-job.js';

// openai/openai-node#1477: the time to wait is in headers that the error of the SDK does not show.
describe('the wait a 429 asks for', () => {
  const { openai, gemini, run } = bench();
  const waited = ({ ledger }: FakeServer): number => {
    const [first, second] = ledger.entries.filter(({ operation }) => operation === 'request');
    return second!.at - first!.at;
  };

  it.each([
    ['retry-after', 1_000],
    ['retry-after-date', 1_000],
    ['retry-after-ms', 300],
    ['x-ratelimit-reset', 300],
  ] as const)('by %s is kept', async (hint, waitMs) => {
    const server = await openai({ faults: [{ fault: openaiFaults.rateLimit({ hint, waitMs }), requests: 1 }] });
    expectOnce(await run(1, { mode: 'emulated' }), 1);
    expect(waited(server)).toBeGreaterThanOrEqual(waitMs - 2);
  });

  it("by Gemini's RetryInfo, in the body, is kept", async () => {
    const server = await gemini({ faults: [{ fault: geminiFaults.rateLimit({ waitMs: 300 }), requests: 1 }] });
    expectOnce(await run(1, { mode: 'emulated' }), 1);
    expect(waited(server)).toBeGreaterThanOrEqual(298);
  });
});
