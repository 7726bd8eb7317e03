import { openai } from '../../../lib/provider/openai/openai';
import { ask, item, verdict } from '../support/ask';
import type { WireServer } from '../support/wire-server';
import { cutBody, json, raw, startWireServer } from '../support/wire-server';

const majors = [
  ['openai 6', require('openai')],
  ['openai 7', require('openai-7')],
] as const;

const chat = (content: unknown, more: object = {}) => ({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content }, ...more }],
  usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
});

describe.each(majors)('%s', (_name, sdk) => {
  let server: WireServer;
  beforeAll(async () => void (server = await startWireServer()));
  afterAll(() => server.close());

  it('answers a prompt', async () => {
    server.handle = (response) => json(response, 200, chat('OK'));
    const provider = openai({ sdk, baseURL: `${server.url}/v1`, apiKey: 'sk-secret-key', defaultModel: 'm' });
    await expect(ask(provider, item({ prompt: 'hi', system: 's' }))).resolves.toEqual({
      output: 'OK',
      usage: { inputTokens: 3, outputTokens: 5 },
      raw: chat('OK'),
    });
    expect(server.seen.at(-1)).toMatchObject({ url: '/v1/chat/completions', json: { model: 'm' } });
    server.handle = (response) =>
      raw(response, 401, '{"error":{"message":"bad sk-secret-key","code":"invalid_api_key"}}', {
        'content-type': 'application/json',
      });
    expect(await verdict(provider, item('x'))).toMatchObject({
      kind: 'stop',
      code: 'auth',
      error: { message: 'bad [redacted]' },
    });
    server.handle = cutBody;
    expect(await verdict(provider, item('x'))).toMatchObject({ kind: 'retry', error: { code: 'network' } });
    await provider.close?.();
  });
});
