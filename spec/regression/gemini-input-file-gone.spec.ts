import { geminiFaults } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// Gemini's files guide: uploads live for 48 hours, so the input of a batch may be gone before it is created.
describe('an input file that is gone when its batch is created', () => {
  const { gemini, run } = bench();

  it('is uploaded again', async () => {
    const fault = geminiFaults.foreignError(403, {
      error: {
        code: 403,
        status: 'PERMISSION_DENIED',
        message: 'You do not have permission to access the File abc or it may not exist.',
      },
    });
    const server = await gemini({ faults: [{ on: 'batches.create', fault, times: 1 }] });
    expectOnce(await run(3), 3);
    expect(server.ledger.entries.filter(({ operation }) => operation === 'files.create')).toHaveLength(2);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
