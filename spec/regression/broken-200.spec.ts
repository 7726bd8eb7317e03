import { openaiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce } from './support/native-job.js';

// Seen with proxies and compatible servers: 200, and the body is empty, cut or no JSON; the SDK returns undefined, a string, or
// throws what is no API error.
describe('a 200 whose body is', () => {
  const { openai, run } = bench();

  describe.each([
    ['cut', openaiFaults.truncatedJson()],
    ['empty', openaiFaults.emptyBody()],
    ['plain text', openaiFaults.plainText()],
  ])('%s', (_name, fault) => {
    it.each(['emulated', 'native'] as const)('is no answer, and asked again, %s', async (mode) => {
      const on = mode === 'native' ? 'batch.line' : 'request';
      await openai({ faults: [{ on, fault, match: 'content":"i1"', times: 1 }] });
      const outcome = await run(3, { mode });
      expectOnce(outcome, 3);
      expect(outcome.results['i1']).toMatchObject({ attempts: 2 });
    });

    it('time and again fails its item', async () => {
      await openai({ faults: [{ fault, match: 'content":"i1"' }] });
      const outcome = await run(2, { mode: 'emulated', maxAttempts: 2 });
      expectOnce(outcome, 2, { i1: 'invalid_response' });
      expect(errorOf(outcome, 'i1')).toMatchObject({ retryable: true });
    });
  });
});
