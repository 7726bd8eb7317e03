import { geminiFaults, openaiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// bespokelabsai/curator#205: rows die after five attempts that were all 429s.
describe('rate limits', () => {
  const { openai, gemini, run } = bench();

  it('use up no attempt, however often they refuse', async () => {
    const fault = openaiFaults.rateLimit({ hint: 'retry-after-ms', waitMs: 2 });
    const server = await openai({ faults: [{ fault, requests: (n) => n <= 12 }] });
    const outcome = await run(3, { mode: 'emulated', maxAttempts: 1 });
    expectOnce(outcome, 3);
    expect(outcome.items.map(({ result }) => result.attempts)).toEqual([1, 1, 1]);
    expectPaidOnce(server);
  });

  it('of Gemini use up no attempt either', async () => {
    const fault = geminiFaults.rateLimit({ waitMs: 2 });
    const server = await gemini({ faults: [{ fault, requests: (n) => n <= 12 }] });
    expectOnce(await run(3, { mode: 'emulated', maxAttempts: 1 }), 3);
    expectPaidOnce(server);
  });
});
