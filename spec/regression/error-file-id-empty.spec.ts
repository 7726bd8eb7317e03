import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// tobert/kaibo#93 and Azure's guide: without errors the error file's id is null, absent, "", or that of an empty file.
describe('a batch without errors whose error file is', () => {
  const { openai, run } = bench();

  it.each(['null', 'absent', 'empty-string', 'empty-file'] as const)('%s', async (noErrors) => {
    const server = await openai({ batches: { noErrors } });
    const outcome = await run(3);
    expectOnce(outcome, 3);
    expect(outcome.info.notes).toEqual({});
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
