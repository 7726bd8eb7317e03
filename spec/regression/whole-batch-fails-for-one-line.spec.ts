import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// Azure's table of batch errors, mhassan1/stdapi.ai#240: one bad line, and the whole batch is `failed`.
describe('a batch refused as a whole', () => {
  const { openai, run } = bench();

  it('for a line fails that item in the words of the provider; the others are sent again', async () => {
    const failWith = [{ code: 'invalid_request', message: 'The body of this request is not valid.', line: 2 }];
    const server = await openai({ batches: { script: ({ n }) => (n === 1 ? { failWith } : {}) } });
    const outcome = await run(4);
    expectOnce(outcome, 4, { i1: 'invalid_request' });
    expect(errorOf(outcome, 'i1').message).toContain('The body of this request is not valid.');
    expect(outcome.results['i0']).toMatchObject({ attempts: 1 });
    expect(server.ledger.batches.map(({ requests, status }) => [requests, status])).toEqual([
      [0, 'failed'],
      [3, 'completed'],
    ]);
    expectPaidOnce(server);
  });

  it('for its model fails all items with the reason', async () => {
    await openai({ models: ['gpt-4o'] });
    const outcome = await run(2, { maxAttempts: 1 });
    expectOnce(outcome, 2, { i0: 'invalid_request', i1: 'invalid_request' });
    expect(errorOf(outcome, 'i0').message).toContain("'gpt-4o-mini' is not supported by the Batch API");
  });
});
