import { geminiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// googleapis/python-genai#1901: 429 RESOURCE_EXHAUSTED far below the limits, without a hint when to come back; a quota of the
// day looks the same but for its id.
describe('RESOURCE_EXHAUSTED', () => {
  const { gemini, run } = bench();

  it('without details is waited out and costs no attempt', async () => {
    const server = await gemini({ faults: [{ fault: geminiFaults.exhausted(), requests: [1, 2] }] });
    const outcome = await run(3, { mode: 'emulated', maxAttempts: 1, concurrency: 1 });
    expectOnce(outcome, 3);
    expectPaidOnce(server);
  });

  it('at a creation puts the shard back for as long as it asks, and costs no attempt', async () => {
    const fault = geminiFaults.exhausted();
    const server = await gemini({ batches: { runMs: 60 }, faults: [{ on: 'batches.create', fault, requests: 2 }] });
    const outcome = await run(9, { maxAttempts: 1, nativeCaps: { maxRequests: 3 } });
    expectOnce(outcome, 9);
    expect(server.ledger.refusals).toBe(1);
    expect(server.ledger.batches).toHaveLength(3);
    expectPaidOnce(server);
  });

  it('for the day pauses the job, and nothing is lost', async () => {
    const server = await gemini({ faults: [{ fault: geminiFaults.dailyQuota() }] });
    const { error, job, info } = await run(3, { mode: 'emulated' });
    expect(error).toMatchObject({ code: 'daily_quota' });
    expect(info).toMatchObject({ status: 'paused', pending: 3, failed: 0 });
    server.setFaults([]);
    job.retryFailed();
    await job.wait();
    expect(await job.info()).toMatchObject({ status: 'completed', ok: 3 });
  });
});
