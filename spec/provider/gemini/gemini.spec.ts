import { gemini } from '../../../lib/provider/gemini/gemini';
import { ask, item } from '../support/ask';
import { geminiMajors } from '../support/majors';
import { json, startWireServer } from '../support/wire-server';

const answer = {
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'O' }, { text: 'K' }, { text: 'hm', thought: true }] },
      finishReason: 'STOP',
      index: 0,
    },
  ],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, thoughtsTokenCount: 4, totalTokenCount: 9 },
  modelVersion: 'g',
  unheardOf: { kept: true },
};

describe.each(geminiMajors)('%s', (_name, sdk) => {
  it('answers', async () => {
    const server = await startWireServer((response) => json(response, 200, answer));
    const provider = gemini({ sdk, baseURL: server.url, apiKey: 'AIzaSecret', defaultModel: 'g' });
    await expect(ask(provider, item({ prompt: 'hi', system: 's' }))).resolves.toEqual({
      output: 'OK',
      raw: answer,
      usage: { inputTokens: 3, outputTokens: 6 },
    });
    const body = { contents: [{ role: 'user', parts: [{ text: 'x' }] }], generation_config: { top_k: 3 }, odd: 1 };
    await ask(provider, item(body));
    expect(server.seen[1]!.url).toBe('/v1beta/models/g:generateContent');
    expect(server.seen[1]!.json).toEqual(body);
    await ask(provider, item({ contents: 'hi', config: { temperature: 0, systemInstruction: 'be' } }));
    expect(server.seen[2]!.json).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      systemInstruction: { role: 'user', parts: [{ text: 'be' }] },
      generationConfig: { temperature: 0 },
    });
    await provider.close?.();
    await server.close();
  });
});
