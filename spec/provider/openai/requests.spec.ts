import { openai } from '../../../lib/provider/openai/openai';
import type { OpenAIEndpoint } from '../../../lib/provider/openai/endpoints';
import { openaiBody } from '../../../lib/provider/openai/request-body';
import { item } from '../support/ask';

const defaults = (endpoint: OpenAIEndpoint, model: string | undefined = 'm') => ({
  endpoint,
  model,
  floatEmbeddings: false,
});
const chat = '/v1/chat/completions';

describe('bodies', () => {
  it.each([
    ['a string', chat, 'hi', { messages: [{ role: 'user', content: 'hi' }] }],
    ['a prompt', chat, { prompt: 'hi' }, { messages: [{ role: 'user', content: 'hi' }] }],
    [
      'system',
      chat,
      { prompt: 'hi', system: 's' },
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'hi' },
        ],
      },
    ],
    [
      'fields beside the prompt',
      chat,
      { prompt: 'hi', temperature: 0 },
      { messages: [{ role: 'user', content: 'hi' }], temperature: 0 },
    ],
    ['responses', '/v1/responses', { prompt: 'hi', system: 's' }, { input: 'hi', instructions: 's' }],
    ['a stored prompt', '/v1/responses', { prompt: { id: 'p' } }, { prompt: { id: 'p' } }],
    ['embeddings', '/v1/embeddings', 'hi', { input: 'hi' }],
  ] as const)('%s', (_name, endpoint, input, body) => {
    expect(openaiBody(item(input), defaults(endpoint))).toEqual({ ...body, model: 'm' });
  });

  it('takes the model of the params, the body, the item, the provider, in this order', () => {
    const body = { model: 'body', messages: [] };
    const model = (input: unknown, more: object): unknown =>
      openaiBody(item(input, more), defaults(chat, 'provider'))['model'];
    expect(model(body, { model: 'item', params: { model: 'params' } })).toBe('params');
    expect(model(body, { model: 'item' })).toBe('body');
    expect(model('hi', { model: 'item' })).toBe('item');
    expect(model('hi', {})).toBe('provider');
  });

  it('lays params over the body and leaves the item as it was', () => {
    const input = Object.freeze({ messages: [1], temperature: 1, top_p: 1 });
    expect(openaiBody(item(input, { params: { temperature: 0 } }), defaults(chat))).toEqual({
      ...input,
      temperature: 0,
      model: 'm',
    });
  });
});

describe('items that can never be sent', () => {
  const reason = (input: unknown, endpoint = chat, more = {}): string | undefined => {
    return openai({ apiKey: 'k', endpoint, defaultModel: 'm' }).reject?.(item(input, more));
  };

  it.each([
    [null, chat, /got null/],
    [42, chat, /got 42 \(number\)/],
    [[{ role: 'user' }], chat, /got an array of 1/],
    [{}, chat, /neither "prompt" \(a string\) nor "messages"/],
    [{ prompt: 1 }, chat, /neither "prompt"/],
    [{ messages: [] }, chat, /at least one message/],
    [{ messages: 'hi' }, chat, /"messages" must be an array/],
    [{ prompt: 'hi', system: 1 }, chat, /"system" must be a string/],
    [{ messages: [1], stream: true }, chat, /"stream": true cannot be used/],
    [{ temperature: 0 }, '/v1/responses', /neither "prompt" nor "input"/],
    [{ input: 'x', background: true }, '/v1/responses', /background/],
    [{ input: [] }, '/v1/embeddings', /array of 0/],
    [{ prompt: 'x', system: 's' }, '/v1/embeddings', /no meaning/],
  ])('%j to %s', (input, endpoint, message) => {
    expect(reason(input, endpoint)).toMatch(message);
  });

  it.each([
    ['', chat],
    ['hi', chat],
    [{ prompt: '' }, chat],
    [{ messages: [{ role: 'user', content: 'x' }], stream: false }, chat],
    [{ prompt: { id: 'p' } }, '/v1/responses'],
    [{ input: [{ role: 'user', content: 'x' }] }, '/v1/responses'],
    [{ input: ['a', 'b'] }, '/v1/embeddings'],
  ])('are not %j to %s', (input, endpoint) => {
    expect(reason(input, endpoint)).toBeUndefined();
  });

  it('have no model anywhere', () => {
    const provider = openai({ apiKey: 'k' });
    expect(provider.reject?.(item('hi'))).toMatch(/^no model/);
    expect(provider.reject?.(item('hi', { model: 'm' }))).toBeUndefined();
    expect(provider.reject?.(item({ messages: [1], model: 'm' }))).toBeUndefined();
  });

  it('are told of streaming in the params too', () => {
    expect(reason('hi', chat, { params: { stream: true } })).toMatch(/stream/);
  });
});
