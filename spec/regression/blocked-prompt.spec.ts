import { geminiFaults, openaiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// Gemini's discovery document: a blocked prompt is a 200 without candidates, and the SDK's `text` is undefined.
describe('what is blocked', () => {
  const { openai, gemini, run } = bench();

  it.each(['emulated', 'native'] as const)(
    'by Gemini is a failure that says why, and is not sent again, %s',
    async (mode) => {
      const on = mode === 'native' ? 'batch.line' : 'request';
      const server = await gemini({
        faults: [
          { on, match: 'text":"i1"', fault: geminiFaults.blockedPrompt('PROHIBITED_CONTENT') },
          { on, match: 'text":"i2"', fault: geminiFaults.blockedAnswer('RECITATION') },
        ],
      });
      const outcome = await run(4, { mode });
      expectOnce(outcome, 4, { i1: 'content_filtered', i2: 'content_filtered' });
      expect(errorOf(outcome, 'i1').message).toContain('PROHIBITED_CONTENT');
      expect(errorOf(outcome, 'i2').message).toContain('RECITATION');
      expectPaidOnce(server);
    },
  );

  it('by OpenAI as well', async () => {
    const server = await openai({ faults: [{ fault: openaiFaults.contentFilter(), match: 'content":"i0"' }] });
    expectOnce(await run(2, { mode: 'emulated' }), 2, { i0: 'content_filtered' });
    expectPaidOnce(server);
  });
});
