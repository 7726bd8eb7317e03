import { openaiFaults } from '../../lib/testing/index.js';
import { failure } from '../support/clients.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// accrue#47: two lines with one `custom_id`, and the later one overwrites the earlier.
describe('two lines with one id', () => {
  const { openai, client, run } = bench();

  it('in the output: the first counts, the other is noted', async () => {
    const server = await openai({
      faults: [{ on: 'batch.line', fault: openaiFaults.duplicateLine(), requests: [1, 3] }],
    });
    const outcome = await run(4);
    expectOnce(outcome, 4);
    expect(outcome.info.notes).toEqual({ duplicateLines: 2 });
    expect(outcome.info.tokens.output).toBe(
      outcome.items.reduce((sum, { result }) => sum + result.usage!.outputTokens, 0),
    );
    expectPaidOnce(server);
  });

  it('in the input: refused by name before anything is sent', async () => {
    const server = await openai();
    const twice = [
      { itemId: 'a', input: { prompt: 'one' } },
      { itemId: 'a', input: { prompt: 'two' } },
    ];
    const job = client().map({ items: twice, mode: 'native', startAfterInput: true });
    expect(await failure(job.wait())).toMatchObject({
      code: 'duplicate_item',
      message: expect.stringContaining('"a"') as unknown,
    });
    expect(server.ledger.calls).toBe(0);
  });
});
