import { bench, expectPaidOnce } from './support/native-job.js';

// anthropics/anthropic-sdk-python#984: providers take short ids of few characters, and one that is not refuses the whole batch.
describe('item ids that no provider takes', () => {
  const { openai, gemini, client } = bench();
  const ids = ['a'.repeat(400), 'with:colon.and dot', 'ünïcödé ☃', '__proto__', '{"json":true}', ' '];

  it.each([
    ['OpenAI', openai],
    ['Gemini', gemini],
  ])('never reach %s, and come back as they were', async (_name, start) => {
    const server = await start();
    const items = ids.map((itemId, n) => ({ itemId, input: { prompt: `question ${n}` } }));
    const job = client().map({ items, mode: 'native' });
    await job.wait();
    const results = await job.resultsDict();
    ids.forEach((itemId, n) => expect(results[itemId]).toMatchObject({ itemId, output: `echo: question ${n}` }));
    const sent = [...server.ledger.billedPerItem().keys()];
    expect(sent).toHaveLength(ids.length);
    expect(sent.filter((id) => !/^[\w-]{1,64}$/.test(id))).toEqual([]);
    expectPaidOnce(server);
  });
});
