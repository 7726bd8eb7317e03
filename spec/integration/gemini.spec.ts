import { BatchClient, type MapOptions, type Result } from '../../lib/index.js';

// A handful of tokens a run. GEMINI_INTEGRATION_MODEL names another model.
const key = process.env['GEMINI_API_KEY'] ?? '';
const model = process.env['GEMINI_INTEGRATION_MODEL'] ?? 'gemini-2.5-flash-lite';
const withKey = key === '' ? describe.skip : describe;

withKey('Gemini itself', () => {
  async function answers(endpoint: string, options: MapOptions): Promise<Record<string, Result>> {
    await using client = new BatchClient({ provider: 'gemini', endpoint, db: ':memory:', maxAttempts: 2 });
    const job = client.map(options);
    await job.wait();
    return await job.resultsDict();
  }

  it('answers generateContent, and refuses what is wrong', async () => {
    const results = await answers('generateContent', {
      model,
      items: [
        { itemId: 'good', input: { prompt: 'Reply with OK' } },
        { itemId: 'bad', input: { contents: [{ role: 'nobody', parts: [{ text: 'hi' }] }] } },
      ],
    });
    expect(results['good']).toMatchObject({ ok: true, output: expect.stringMatching(/ok/i), attempts: 1 });
    expect(results['good']?.usage?.inputTokens).toBeGreaterThan(0);
    expect(results['bad']).toMatchObject({ ok: false, error: { code: 'invalid_request', status: 400 }, attempts: 1 });
  });

  it('answers embedContent', async () => {
    const results = await answers('embedContent', {
      model: 'gemini-embedding-001',
      items: [{ itemId: 'a', input: 'hello' }],
    });
    expect(results['a']).toMatchObject({ ok: true, output: expect.any(Array) });
  });

  it('stops a job whose key is wrong, with nothing burnt', async () => {
    await using client = new BatchClient({ provider: 'gemini', apiKey: 'wrong-key', db: ':memory:' });
    const job = client.map({ model, items: [{ itemId: 'a', input: 'hi' }] });
    await expect(job.wait()).rejects.toMatchObject({ code: 'auth' });
    expect(await job.info()).toMatchObject({ status: 'failed', pending: 1, failed: 0 });
  });
});
