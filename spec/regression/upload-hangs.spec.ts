import { openaiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// openai/openai-node#910: an upload hangs for ever.
describe('an upload', () => {
  const { openai, run } = bench();

  it.each([
    ['hangs', openaiFaults.hang()],
    ['is reset', openaiFaults.reset()],
    ['is answered 500', openaiFaults.serverError()],
    ['is answered 429', openaiFaults.rateLimit({ hint: 'retry-after-ms', waitMs: 20 })],
  ])('that %s is made again, and nothing was created by it', async (_name, fault) => {
    const server = await openai({ faults: [{ on: 'files.create', fault, times: 1 }] });
    const outcome = await run(3, { attemptTimeoutMs: 50 });
    expectOnce(outcome, 3);
    expect(outcome.items.every(({ result }) => result.attempts === 1)).toBe(true);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
