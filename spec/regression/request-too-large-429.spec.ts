import { openaiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// OpenAI's rate limits: one request above the tokens of a whole minute is refused with 429 each time it comes.
describe('"Request too large", a 429', () => {
  const { openai, run } = bench();

  it.each(['emulated', 'native'] as const)('fails that item, at once and alone, %s', async (mode) => {
    const on = mode === 'native' ? 'batch.line' : 'request';
    const server = await openai({ faults: [{ on, match: 'content":"i1"', fault: openaiFaults.tooLarge() }] });
    const outcome = await run(3, { mode });
    expectOnce(outcome, 3, { i1: 'too_large' });
    expect(errorOf(outcome, 'i1')).toMatchObject({ retryable: false });
    expect(server.ledger.entries.filter(({ operation }) => operation === on)).toHaveLength(3);
    expectPaidOnce(server);
  });
});
