import { geminiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// googleapis/js-genai#1184 and its like: `files.download` of the SDK throws outside of any promise when the connection breaks.
describe('a download from Gemini', () => {
  const { gemini, run } = bench();

  it.each([
    ['cut', geminiFaults.cut()],
    ['reset', geminiFaults.reset()],
    ['stalled', geminiFaults.stall()],
  ])('that is %s is an error like any other, and taken up again', async (_name, fault) => {
    const uncaught = jest.fn();
    process.on('uncaughtException', uncaught);
    try {
      const server = await gemini({ faults: [{ on: 'files.content', fault, times: 2 }] });
      expectOnce(await run(50, { attemptTimeoutMs: 100 }), 50);
      expect(server.ledger.batches).toHaveLength(1);
      expectPaidOnce(server);
    } finally {
      process.off('uncaughtException', uncaught);
    }
    expect(uncaught).not.toHaveBeenCalled();
  });
});
