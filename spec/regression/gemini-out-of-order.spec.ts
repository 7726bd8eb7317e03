import { geminiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// googleapis/python-genai#1909, #1886, #2008, googleapis/js-genai#1207, #1191: results come back in another order than the
// requests, promised or not, and at times without their key.
describe("results of Gemini's batches", () => {
  const { gemini, run } = bench();

  it('out of order are joined by key', async () => {
    const server = await gemini({ batches: { shuffle: true } });
    const outcome = await run(300, { nativeCaps: { maxRequests: 100 } });
    expectOnce(outcome, 300);
    expect(outcome.info.notes).toEqual({});
    expectPaidOnce(server);
  });

  it('without a key are nobody’s: their requests are sent again', async () => {
    const fault = geminiFaults.keylessLine();
    const server = await gemini({ batches: { shuffle: true }, faults: [{ on: 'batch.line', fault, times: 3 }] });
    const outcome = await run(10);
    expectOnce(outcome, 10);
    expect(outcome.info.notes).toEqual({ unreadableLines: 3, missingLines: 3 });
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([10, 3]);
  });
});
