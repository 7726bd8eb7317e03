import { openaiFaults } from '../../lib/testing/index.js';
import { items } from '../support/clients.js';
import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// OpenAI's rate limits: one request above the tokens of a whole minute is refused with 429 each time it comes.
describe('"Request too large", a 429', () => {
  const { openai, gemini, run } = bench();

  it.each(['emulated', 'native'] as const)('fails that item, at once and alone, %s', async (mode) => {
    const on = mode === 'native' ? 'batch.line' : 'request';
    const server = await openai({ faults: [{ on, match: 'content":"i1"', fault: openaiFaults.tooLarge() }] });
    const outcome = await run(3, { mode });
    expectOnce(outcome, 3, { i1: 'too_large' });
    expect(errorOf(outcome, 'i1')).toMatchObject({ retryable: false });
    expect(server.ledger.entries.filter(({ operation }) => operation === on)).toHaveLength(3);
    expectPaidOnce(server);
  });

  it.each([
    ['with headers', true],
    ['in words alone', false],
  ])('of a real quota fails that item alone, %s', async (_how, rateLimitHeaders) => {
    const server = await openai({ tokensPerMinute: 1_000, rateLimitHeaders });
    const large = { itemId: 'large', input: { prompt: 'large', max_tokens: 1_001 } };
    const outcome = await run([...items(2), large, ...items(2, 2)], { mode: 'emulated', maxAttempts: 1 });
    expectOnce(outcome, 5, { large: 'too_large' });
    expect(server.ledger.refusals).toBeLessThanOrEqual(1);
  });

  it('of Gemini asks to wait all the same, and fails that item alone', async () => {
    const server = await gemini({ tokensPerMinute: 1_000 });
    const large = { itemId: 'large', input: 'x'.repeat(9_000) };
    const outcome = await run([...items(2), large, ...items(2, 2)], { mode: 'emulated', maxAttempts: 1 });
    expectOnce(outcome, 5, { large: 'too_large' });
    expect(server.ledger.refusals).toBe(1);
  });
});
