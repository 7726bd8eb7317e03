import { parseLine } from '../../lib/jsonl/parse-line.js';

describe('parseLine', () => {
  const prompt = { prompt: 'hi' };
  const body = { messages: [{ role: 'user', content: 'hi' }] };
  const contents = { contents: [{ parts: [{ text: 'hi' }] }] };

  it.each<[string, unknown, unknown]>([
    ['item', { itemId: 'a', input: 'hi' }, { format: 'item', item: { itemId: 'a', input: 'hi' } }],
    ['item_id', { item_id: 'a', input: prompt }, { format: 'item', item: { itemId: 'a', input: prompt } }],
    ['no id', { input: body }, { format: 'item', item: { input: body } }],
    ['number id', { id: 7, input: 'hi' }, { format: 'item', item: { itemId: '7', input: 'hi' } }],
    ['empty id', { itemId: '', input: 'hi' }, { format: 'item', item: { itemId: '', input: 'hi' } }],
    [
      'extras',
      { itemId: 'a', input: 'hi', model: 'm', params: { temperature: 0 }, meta: [1] },
      { format: 'item', item: { itemId: 'a', input: 'hi', model: 'm', params: { temperature: 0 }, metadata: [1] } },
    ],
    ['null extras', { input: 'hi', model: null, params: null }, { format: 'item', item: { input: 'hi' } }],
    [
      'openai',
      { custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body },
      { format: 'openai', item: { itemId: 'a', input: body }, endpoint: '/v1/chat/completions' },
    ],
    [
      'openai on Azure',
      { custom_id: 'a', method: 'POST', url: '/chat/completions', body },
      { format: 'openai', item: { itemId: 'a', input: body }, endpoint: '/v1/chat/completions' },
    ],
    ['openai without url', { custom_id: 'a', body }, { format: 'openai', item: { itemId: 'a', input: body } }],
    [
      'gemini',
      { key: 'a', request: contents },
      { format: 'gemini', item: { itemId: 'a', input: contents }, endpoint: 'generateContent' },
    ],
    [
      'gemini embedding',
      { key: 'a', request: { content: { parts: [] } } },
      { format: 'gemini', item: { itemId: 'a', input: { content: { parts: [] } } }, endpoint: 'embedContent' },
    ],
    [
      'gemini envelope, other body',
      { key: 'a', request: body },
      { format: 'gemini', item: { itemId: 'a', input: body } },
    ],
    ['prompt', { prompt: 'hi' }, { format: 'prompt', item: { input: prompt } }],
    [
      'prompt with all',
      { id: 'a', prompt: 'hi', system: 'be brief', model: 'm', params: { n: 1 }, metadata: null },
      {
        format: 'prompt',
        item: { itemId: 'a', input: { prompt: 'hi', system: 'be brief' }, model: 'm', params: { n: 1 } },
      },
    ],
    ['bare string', 'hi', { format: 'prompt', item: { input: prompt } }],
  ])('reads: %s', (_name, line, request) => expect(parseLine(JSON.stringify(line))).toEqual({ ok: true, request }));

  it('takes __proto__ for an ordinary id', () => {
    const parsed = parseLine('{"itemId":"__proto__","input":{"__proto__":{"x":1}}}');
    expect(parsed.ok && parsed.request.item.itemId).toBe('__proto__');
    expect(JSON.stringify(parsed.ok && parsed.request.item.input)).toBe('{"__proto__":{"x":1}}');
  });

  it.each([
    ['{"itemId": "a", "input', /^not JSON: .*: \{"itemId": "a", "input$/],
    ['nope', /^not JSON: Unexpected token 'o'.* \(one JSON object per line is expected\): nope$/],
    ['{', /\(one JSON object per line is expected\): \{$/],
    ['[{', /\(one JSON object per line is expected, not an array\): \[\{$/],
    ['{"prompt":"a"}\r{"prompt":"b"}', /\(one JSON object per line is expected\)/],
    ['{"prompt":"a","metadata":1,"meta":2}', /^expected one of "metadata" and "meta", found both: /],
    ['[{"prompt":"a"},', /one JSON object per line is expected, not an array/],
    ['[{"prompt":"a"}]', /^expected one JSON object per line, got \[\{"prompt":"a"\}\]$/],
    ['42', /^expected one JSON object per line, got 42$/],
    ['null', /^expected one JSON object per line, got null$/],
    ['{}', /found an empty object/],
    ['{"itemId":"a","text":"x"}', /^expected one of "input", "prompt".*found only "itemId", "text"/],
    ['{"messages":[]}', /found only "messages"/],
    ['{"input":null}', /^expected "input" to be a string or an object, got null/],
    ['{"input":["a"]}', /^expected "input" to be a string or an object, got \["a"\]/],
    ['{"prompt":7}', /^expected "prompt" to be a string, got 7/],
    ['{"itemId":null,"input":"x"}', /^expected "itemId" to be a string, got null/],
    ['{"itemId":1.5,"input":"x"}', /^expected "itemId" to be a string, got 1.5/],
    ['{"itemId":"a","id":"b","input":"x"}', /^expected one id, found "itemId" and "id"/],
    ['{"input":"x","temperature":1}', /^unknown field "temperature"; request parameters belong into "params"/],
    [
      '{"custom_id":"a","body":{},"temperature":1}',
      /^unknown field "temperature"; request parameters belong into "body"/,
    ],
    ['{"key":"a","request":{},"model":"m"}', /^unknown field "model"; request parameters belong into "request"/],
    ['{"custom_id":"a","method":"GET","url":"/v1/x","body":{}}', /^expected "method" to be "POST", got "GET"/],
    ['{"custom_id":"a","url":"https://x.test/v1/y","body":{}}', /^expected "url" to be a path/],
    ['{"input":"x","params":3}', /^expected "params" to be an object, got 3/],
  ])('refuses %s', (text, problem) => {
    const parsed = parseLine(text);
    expect(parsed.ok ? 'read' : parsed.problem).toMatch(problem);
  });

  it('shortens what it quotes', () => {
    const parsed = parseLine(`{"prompt": "${'x'.repeat(10_000)}`);
    expect(parsed.ok ? '' : parsed.problem).toHaveLength(parsed.ok ? 0 : parsed.problem.length);
    expect(parsed.ok ? 1000 : parsed.problem.length).toBeLessThan(200);
  });
});
