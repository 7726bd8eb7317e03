import { openaiFaults } from '../../lib/testing/index.js';
import { bench } from './support/native-job.js';

// googleapis/js-genai#1205: Node dies with ERR_STRING_TOO_LONG on results above 512 MB.
describe('results longer than the longest string', () => {
  const { openai, client } = bench();

  it('are stored while they come: the first half is there when the second is not', async () => {
    const server = await openai({ faults: [{ on: 'files.content', fault: openaiFaults.stall() }] });
    const items = [...Array(2_000).keys()].map((n) => ({ itemId: `i${n}`, input: { prompt: `i${n}`.repeat(40) } }));
    const job = client().map({ items, mode: 'native' });
    await new Promise<void>((resolve, reject) => {
      let seen = 0;
      job.subscribe({ next: ({ type }) => (type === 'item' && ++seen === 500 ? resolve() : undefined), error: reject });
    });
    expect(await job.status()).toBe('running');
    expect(server.ledger.entries.filter(({ operation }) => operation === 'files.content')).toHaveLength(1);
    job.subscribe({ error: () => undefined });
  });
});
