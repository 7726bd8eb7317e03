import { openaiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce, expectPaidOnce } from './support/native-job.js';

// openai/openai-cookbook#1564, BerriAI/litellm#33987, BerriAI/litellm#34067, 567-labs/instructor#2657,
// ProjectTech4DevAI/kaapi-backend#723: `completed`, but there is an error file only.
describe('a completed batch without an output file', () => {
  const { openai, run } = bench();

  it("fails every item with the provider's words, and is no success", async () => {
    const server = await openai({ faults: [{ on: 'batch.line', fault: openaiFaults.badRequest('no such tool') }] });
    const outcome = await run(3);
    expectOnce(outcome, 3, { i0: 'invalid_request', i1: 'invalid_request', i2: 'invalid_request' });
    expect(errorOf(outcome, 'i1').message).toContain('no such tool');
    expect(server.ledger.batches).toHaveLength(1);
    expect(server.ledger.billedCount).toBe(0);
  });

  it('sends again what may pass another time', async () => {
    const fault = openaiFaults.serverError();
    const server = await openai({ faults: [{ on: 'batch.line', fault, firstAttempts: 1 }] });
    expectOnce(await run(3), 3);
    expect(server.ledger.batches).toHaveLength(2);
    expectPaidOnce(server);
  });
});
