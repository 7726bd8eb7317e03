import { geminiFaults } from '../../lib/testing/index.js';
import { items } from '../support/clients.js';
import { bench } from './support/native-job.js';

// googleapis/python-genai#2008: the SDK sends no metadata with batches of embeddings; what comes back has a place and no name.
describe('embeddings without keys', () => {
  const { gemini, client } = bench();
  const embed = { endpoint: 'embedContent', defaultModel: 'gemini-embedding-001', maxAttempts: 2 } as const;

  it('are joined by position where the counts agree, and that is said', async () => {
    await gemini({ batches: { embeddingKeys: false } });
    const emulated = client(embed).map({ items: items(6), mode: 'emulated', jobId: 'requests' });
    await emulated.wait();
    const native = client(embed).map({ items: items(6), mode: 'native', jobId: 'batch' });
    await native.wait();
    const vectors = await emulated.resultsDict();
    for (const [itemId, result] of Object.entries(await native.resultsDict())) {
      const same = vectors[itemId];
      expect({ itemId, output: result.ok && result.output }).toEqual({ itemId, output: same?.ok && same.output });
    }
    expect((await native.info()).notes).toEqual({ matchedByPosition: 6 });
  });

  it('are nobody’s where a line is missing', async () => {
    const faults = [{ on: 'batch.line', fault: geminiFaults.missingLine(), times: 1 }] as const;
    const server = await gemini({ batches: { embeddingKeys: false }, faults });
    const job = client(embed).map({ items: items(6), mode: 'native' });
    await job.wait();
    expect(await job.info()).toMatchObject({
      ok: 6,
      notes: { unkeyedLines: 5, missingLines: 6, matchedByPosition: 6 },
    });
    expect(server.ledger.batches).toHaveLength(2);
  });
});
