import { openaiFaults } from '../../lib/testing/index.js';
import { bench, expectPaidOnce } from './support/native-job.js';

// OpenAI's error codes: an account without credit answers 429 as well, which the SDK sends three times and wrappers for ever.
describe('a spent quota', () => {
  const { openai, client, run } = bench();

  it.each([
    ['at a request', 'emulated', 'request'],
    ['at an upload', 'native', 'files.create'],
    ['at a creation', 'native', 'batches.create'],
  ] as const)('%s stops the job, burns no item, and is resumed', async (_name, mode, on) => {
    const server = await openai({ faults: [{ on, fault: openaiFaults.insufficientQuota() }] });
    const stopped = await run(3, { mode, concurrency: 1 });
    expect(stopped.error).toMatchObject({ code: 'quota_exhausted' });
    expect(stopped.info).toMatchObject({ status: 'failed', pending: 3, failed: 0 });
    expect(server.ledger.refusals).toBe(1);

    server.setFaults([]);
    const job = client().resume('job');
    await job.wait();
    expect(await job.info()).toMatchObject({ status: 'completed', ok: 3 });
    expectPaidOnce(server);
  });

  it.each(['organization_spend_limit_exceeded', 'billing_hard_limit_reached'] as const)('%s, too', async (code) => {
    await openai({ faults: [{ fault: openaiFaults.spendLimit(code) }] });
    expect((await run(2, { mode: 'emulated' })).error).toMatchObject({ code: 'quota_exhausted' });
  });
});
