import { BatchClient, type MapOptions, type Result } from '../../lib/index.js';

// About 60 tokens a run, on the smallest models. OPENAI_INTEGRATION_MODEL names another.
const key = process.env['OPENAI_API_KEY'] ?? '';
const model = process.env['OPENAI_INTEGRATION_MODEL'] ?? 'gpt-4o-mini';
const withKey = key === '' ? describe.skip : describe;

withKey('OpenAI itself', () => {
  async function answers(endpoint: string, options: MapOptions): Promise<Record<string, Result>> {
    await using client = new BatchClient({ provider: 'openai', endpoint, db: ':memory:', maxAttempts: 2 });
    const job = client.map(options);
    await job.wait();
    return await job.resultsDict();
  }

  it('answers chat completions, and refuses what is wrong', async () => {
    const results = await answers('/v1/chat/completions', {
      model,
      items: [
        { itemId: 'good', input: { prompt: 'Reply with OK' }, params: { max_tokens: 5 } },
        { itemId: 'bad', input: { messages: [{ role: 'nobody', content: 'hi' }] } },
      ],
    });
    expect(results['good']).toMatchObject({ ok: true, output: expect.stringMatching(/ok/i), attempts: 1 });
    expect(results['good']?.usage?.inputTokens).toBeGreaterThan(0);
    expect(results['bad']).toMatchObject({ ok: false, error: { code: 'invalid_request', status: 400 }, attempts: 1 });
  });

  it('answers responses', async () => {
    const results = await answers('/v1/responses', {
      model,
      items: [{ itemId: 'a', input: { prompt: 'Reply with OK' }, params: { max_output_tokens: 16 } }],
    });
    expect(results['a']).toMatchObject({ ok: true, output: expect.stringMatching(/ok/i) });
  });

  it('answers embeddings', async () => {
    const results = await answers('/v1/embeddings', {
      model: 'text-embedding-3-small',
      items: [{ itemId: 'a', input: 'hello', params: { dimensions: 8 } }],
    });
    expect(results['a']).toMatchObject({ ok: true, output: expect.any(Array) });
    expect(results['a']?.ok === true && results['a'].output).toHaveLength(8);
  });

  it('stops a job whose key is wrong, with nothing burnt', async () => {
    await using client = new BatchClient({ provider: 'openai', apiKey: 'sk-wrong', db: ':memory:' });
    const job = client.map({ model, items: [{ itemId: 'a', input: 'hi' }] });
    await expect(job.wait()).rejects.toMatchObject({ code: 'auth' });
    expect(await job.info()).toMatchObject({ status: 'failed', pending: 1, failed: 0 });
  });
});
