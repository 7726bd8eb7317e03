import { geminiFaults, openaiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// langchain4j/langchain4j#3942, googleapis/python-genai#2519: one 429 or 503 while polling, and the batch is given up.
describe('polls that fail', () => {
  const { openai, gemini, run } = bench();

  it('are repeated for as long as the batch lives', async () => {
    const on = 'batches.get';
    const server = await openai({
      batches: { runMs: 50 },
      faults: [
        { on, requests: [1, 2], fault: openaiFaults.rateLimit({ hint: 'retry-after-ms', waitMs: 20 }) },
        { on, requests: [3, 4], fault: openaiFaults.serverError({ status: 503 }) },
        { on, requests: 5, fault: openaiFaults.reset() },
        { on, requests: 6, fault: openaiFaults.html() },
        { on, requests: 7, fault: openaiFaults.truncatedJson() },
        { on, requests: 8, fault: openaiFaults.insufficientQuota() },
        { on, requests: 9, fault: openaiFaults.hang() },
      ],
    });
    expectOnce(await run(4, { attemptTimeoutMs: 60 }), 4);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('of Gemini as well, and downloads', async () => {
    const server = await gemini({
      faults: [
        { on: 'batches.get', requests: [1, 2], fault: geminiFaults.overloaded() },
        { on: 'batches.get', requests: 3, fault: geminiFaults.rateLimit({ waitMs: 20 }) },
        { on: 'files.content', requests: 1, fault: geminiFaults.serverError() },
      ],
    });
    expectOnce(await run(4), 4);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
