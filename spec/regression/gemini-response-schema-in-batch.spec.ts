import { items } from '../support/clients.js';
import { bench } from './support/native-job.js';

// crmne/ruby_llm#894: in batches `responseJsonSchema` gives degenerate JSON (0 of 502 right) and no error; `responseSchema`
// works.
describe('structured output in a batch of Gemini', () => {
  const { gemini, client } = bench();
  const responseJsonSchema = {
    type: 'object',
    properties: { city: { type: 'string' }, size: { type: 'integer' } },
    required: ['city', 'size'],
    additionalProperties: false,
  };

  it('asked for by JSON Schema is sent as responseSchema', async () => {
    await gemini({ batches: { jsonSchemaInBatch: 'degenerate' } });
    const params = { responseMimeType: 'application/json', responseJsonSchema };
    const job = client().map({ items: items(3), mode: 'native', params });
    await job.wait();
    for (const result of Object.values(await job.resultsDict())) {
      expect(result).toMatchObject({ ok: true });
      const answer: unknown = JSON.parse(String(result.ok && result.output));
      expect(answer).toEqual({ city: expect.any(String) as unknown, size: expect.any(Number) as unknown });
    }
  });
});
