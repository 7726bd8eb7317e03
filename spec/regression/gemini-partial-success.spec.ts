import { geminiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// Gemini's batch guide, and googleapis/python-genai#1422: SUCCEEDED says that the batch was worked on, not that every line was.
describe('a batch of Gemini that succeeded in part', () => {
  const { gemini, run } = bench();

  it('has results and failures, each with its item; what may pass is sent again', async () => {
    const on = 'batch.line';
    const server = await gemini({
      faults: [
        { on, match: 'text":"i1"', fault: geminiFaults.badRequest('Unsupported MIME type.') },
        { on, match: 'text":"i2"', fault: geminiFaults.lineError(), times: 1 },
        { on, match: 'text":"i3"', fault: geminiFaults.serverError(), times: 1 },
      ],
    });
    const outcome = await run(5);
    expectOnce(outcome, 5, { i1: 'invalid_request' });
    expect(errorOf(outcome, 'i1').message).toContain('Unsupported MIME type.');
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([5, 2]);
    expectPaidOnce(server);
  });
});
