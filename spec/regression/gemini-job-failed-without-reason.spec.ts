import { bench, errorOf, expectOnce } from './support/native-job.js';

// googleapis/python-genai#1323, #1422: a FAILED job has no reason, for the SDK drops the operation's `error`.
describe('a failed batch of Gemini', () => {
  const { gemini, run } = bench();

  it('has its reason in every item', async () => {
    const failWith = [{ code: 'INVALID_ARGUMENT', message: 'The tool "search" is not supported in batches.' }];
    await gemini({ batches: { failWith } });
    const outcome = await run(2, { maxAttempts: 1 });
    expectOnce(outcome, 2, { i0: 'invalid_request', i1: 'invalid_request' });
    expect(errorOf(outcome, 'i0').message).toContain('The tool "search" is not supported in batches.');
  });

  it('that names a line fails that item alone', async () => {
    const failWith = [{ code: 'INVALID_ARGUMENT', message: 'Failed to parse line 2 of the input file.' }];
    const server = await gemini({ batches: { script: ({ n }) => (n === 1 ? { failWith } : {}) } });
    const outcome = await run(3);
    expectOnce(outcome, 3, { i1: 'invalid_request' });
    expect(server.ledger.batches.map(({ requests }) => requests)).toEqual([3, 2]);
  });
});
