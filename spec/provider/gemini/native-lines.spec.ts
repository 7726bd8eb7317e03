import { classifyGemini } from '../../../lib/provider/gemini/classify';
import { readGeminiLine } from '../../../lib/provider/gemini/native/read-line';
import { inlineResponses, readOperation } from '../../../lib/provider/gemini/native/read-operation';
import { slices } from '../../../lib/provider/gemini/native/slices';
import { toGeminiSchema } from '../../../lib/provider/gemini/native/to-schema';
import { gemini } from '../../../lib/provider/gemini/gemini';
import { item } from '../support/ask';

const content = { candidates: [{ content: { parts: [{ text: 'OK' }] }, finishReason: 'STOP' }] };
const judge = (line: unknown, endpoint: 'generateContent' | 'embedContent' = 'generateContent') =>
  readGeminiLine(typeof line === 'string' ? line : JSON.stringify(line), 4, {
    endpoint,
    classify: (error) => classifyGemini(error, ['s3cret-key']),
  });

describe('a line of a responses file', () => {
  it.each([
    [
      { key: 'i1', response: content },
      { key: 'i1', kind: 'ok', output: 'OK' },
    ],
    [
      { metadata: { key: 'i1' }, response: content },
      { key: 'i1', kind: 'ok' },
    ],
    [{ response: content }, { key: null, kind: 'unreadable' }],
    ['{"key":', { key: null, kind: 'unreadable' }],
    [{ key: 'i1' }, { key: null, kind: 'unreadable' }],
    [
      { key: 'i1', response: 'text' },
      { kind: 'error', error: { code: 'invalid_response' } },
    ],
    [
      { key: 'i1', response: {} },
      { kind: 'error', error: { code: 'invalid_response', retryable: true } },
    ],
    [
      { key: 'i1', error: { code: 3, message: 'bad' } },
      { kind: 'error', error: { code: 'invalid_request', message: 'bad' } },
    ],
    [
      { key: 'i1', error: { code: 400, message: 'bad' } },
      { kind: 'error', error: { code: 'invalid_request' } },
    ],
    [
      { key: 'i1', error: { code: 8, message: 'full' } },
      { kind: 'error', error: { code: 'rate_limited', retryable: true } },
    ],
    [
      { key: 'i1', error: { code: 13, message: 'x' } },
      { kind: 'error', error: { code: 'server_error' } },
    ],
    [
      { key: 'i1', error: { code: 4, message: 'slow' } },
      { kind: 'error', error: { code: 'timeout' } },
    ],
    [
      { key: 'i1', error: { code: 4, message: 'The batch has expired.' } },
      { kind: 'unprocessed', code: 'expired' },
    ],
    [
      { key: 'i1', error: { code: 1, message: 'x' } },
      { kind: 'unprocessed', code: 'cancelled' },
    ],
    [
      { key: 'i1', error: {} },
      { kind: 'error', error: { code: 'server_error', message: 'UNKNOWN' } },
    ],
    [
      { key: 'i1', error: { code: 16, message: 'key s3cret-key' } },
      { kind: 'error', error: { message: 'key [redacted]' } },
    ],
  ])('%j', (line, result) => {
    expect(judge(line)).toMatchObject(result);
  });

  it('of an embedding may be told by its place', () => {
    const response = { embedding: { values: [1, 2] } };
    expect(judge({ key: 'i1', response }, 'embedContent')).toMatchObject({ key: 'i1', kind: 'ok', output: [1, 2] });
    expect(judge({ key: 'i1_n1', response }, 'embedContent')).toMatchObject({ key: 'i1', output: [[1, 2]] });
    expect(judge({ response }, 'embedContent')).toMatchObject({
      kind: 'unkeyed',
      position: 4,
      outcome: { output: [1, 2] },
    });
    expect(judge({ error: { code: 3, message: 'x' } }, 'embedContent')).toMatchObject({ outcome: { kind: 'error' } });
  });
});

describe('an operation', () => {
  it.each([
    [
      { metadata: { state: 'JOB_STATE_PARTIALLY_SUCCEEDED', output: { responsesFile: 'files/a' } } },
      'completed',
      ['files/a'],
    ],
    [{ metadata: { state: 'JOB_STATE_QUEUED' } }, 'queued', []],
    [{ metadata: { state: 'JOB_STATE_CANCELLING' } }, 'cancelling', []],
    [{ metadata: { state: 'BATCH_STATE_NEW_WORD' } }, 'running', []],
    [{ metadata: { state: 'constructor' } }, 'running', []],
    [{ metadata: { state: 'JOB_STATE___proto__' } }, 'running', []],
    [{ done: true, response: { responsesFile: 'files/a' } }, 'completed', ['files/a']],
    [{ done: true, error: { code: 8, message: 'full' } }, 'failed', []],
    [{ state: 'JOB_STATE_SUCCEEDED', dest: { fileName: 'files/a' } }, 'completed', ['files/a']],
    [{ metadata: { output: { inlinedResponses: { inlinedResponses: [] } } } }, 'running', ['inline:batches/1']],
  ])('%j is %s', (operation, status, outputs) => {
    expect(readOperation({ name: 'batches/1', ...operation })).toMatchObject({ status, outputs });
  });

  it('counts in strings, without zeros', () => {
    const batchStats = { requestCount: '12', successfulRequestCount: '5' };
    const { counts } = readOperation({ name: 'batches/1', metadata: { batchStats } });
    expect(counts).toEqual({ total: 12, completed: 5, failed: 0 });
  });

  it('that is full is a quota', () => {
    const error = { code: 8, message: 'Enqueued tokens' };
    expect(readOperation({ name: 'batches/1', done: true, error }).faults).toMatchObject([{ kind: 'quota' }]);
  });

  it('without a name is none', () => {
    expect(() => readOperation({ state: 'x' })).toThrow('expected an operation with "name"');
    expect(() => readOperation(undefined)).toThrow();
  });

  it('may have its answers inline, plain or wrapped', () => {
    expect(inlineResponses({ response: { inlinedResponses: { inlinedResponses: [1] } } })).toEqual([1]);
    expect(inlineResponses({ metadata: { output: { inlinedResponses: [2] } } })).toEqual([2]);
    expect(inlineResponses(null)).toEqual([]);
  });
});

describe('a body for a batch line', () => {
  const request = (input: unknown, params = {}): unknown =>
    JSON.parse(gemini({ defaultModel: 'm' }).native!.line(item(input, { params }), 'i1').text).request;
  const user = (...texts: string[]): unknown => ({ role: 'user', parts: texts.map((text) => ({ text })) });

  it('is the REST API’s, whatever form the item had', () => {
    expect(request('hi')).toEqual({ contents: [user('hi')] });
    expect(request({ contents: 'hi' })).toEqual({ contents: [user('hi')] });
    expect(request({ contents: ['a', 'b'] })).toEqual({ contents: [user('a', 'b')] });
    const model = { role: 'model', parts: [{ text: 'b' }] };
    expect(request({ contents: ['a', model, { text: 'c' }] })).toEqual({ contents: [user('a'), model, user('c')] });
    const config = { temperature: 0, systemInstruction: 'be brief', tools: [{ googleSearch: {} }], abortSignal: {} };
    expect(request({ contents: 'hi', config }, { topP: 1 })).toEqual({
      contents: [user('hi')],
      systemInstruction: user('be brief'),
      tools: [{ googleSearch: {} }],
      generationConfig: { temperature: 0, topP: 1 },
    });
  });

  it('takes the model of the item, the body or the params', () => {
    const { native } = gemini({ defaultModel: 'm' });
    expect(native!.line(item('x'), 'k').model).toBe('m');
    expect(native!.line(item({ prompt: 'x', model: 'own' }), 'k').model).toBe('own');
    expect(native!.line(item('x', { params: { model: 'wanted' } }), 'k').model).toBe('wanted');
  });
});

describe('a JSON schema for a batch', () => {
  it.each([
    [{ type: 'string' }, { type: 'STRING' }],
    [
      { type: 'array', items: { type: 'integer' }, minItems: 1 },
      { type: 'ARRAY', items: { type: 'INTEGER' }, minItems: 1 },
    ],
    [{ enum: ['a', 'b', null] }, { type: 'STRING', enum: ['a', 'b'], nullable: true }],
    [{ const: 'a' }, { type: 'STRING', enum: ['a'] }],
    [{ anyOf: [{ type: 'number' }, { type: 'null' }] }, { type: 'NUMBER', nullable: true }],
    [{ anyOf: [{ type: 'number' }, { type: 'string' }] }, { anyOf: [{ type: 'NUMBER' }, { type: 'STRING' }] }],
    [
      { $ref: '#/$defs/A', $defs: { A: { type: 'object', properties: {}, additionalProperties: false } } },
      { type: 'OBJECT', properties: {} },
    ],
    [{ $ref: '#/$defs/A', $defs: { A: { type: 'array', items: { $ref: '#/$defs/A' } } } }, undefined],
    [{ allOf: [{ type: 'string' }] }, undefined],
    [{ enum: [1, 2] }, undefined],
    [{ type: ['string', 'number'] }, undefined],
    [{ type: 'object', patternProperties: {} }, undefined],
    [{ type: 'object', properties: { a: { not: {} } } }, undefined],
    ['text', undefined],
  ])('%j', (schema, expected) => {
    expect(toGeminiSchema(schema)).toEqual(expected);
  });

  it('stays as it is where it cannot be said otherwise', () => {
    const responseJsonSchema = { type: 'object', allOf: [{}] };
    const line = gemini({ defaultModel: 'm' }).native!.line(item('x', { params: { responseJsonSchema } }), 'k');
    expect(JSON.parse(line.text).request.generationConfig).toEqual({ responseJsonSchema });
  });
});

describe('slices', () => {
  const cut = (pages: readonly string[], size: number): unknown[] =>
    [...slices(pages, size)].map(({ bytes, offset, last }) => [Buffer.from(bytes).toString(), offset, last]);

  it.each([
    [[], [['', 0, true]]],
    [['abcd'], [['abcd', 0, true]]],
    [
      ['abc', 'defgh', 'i'],
      [
        ['abcd', 0, false],
        ['efgh', 4, false],
        ['i', 8, true],
      ],
    ],
    [
      ['abcdefgh'],
      [
        ['abcd', 0, false],
        ['efgh', 4, true],
      ],
    ],
  ])('%j', (pages, expected) => {
    expect(cut(pages, 4)).toEqual(expected);
  });
});

describe('the choice of auto', () => {
  it.each([
    [{}, true, 'half the price'],
    [{ baseURL: 'https://proxy.example.com' }, false, 'proxy.example.com'],
    [{ client: { models: {}, vertexai: true } as never }, false, 'Vertex'],
  ])('%j: %s', (options, sensible, word) => {
    const { auto } = gemini({ apiKey: 'k-12345678', ...options }).native!;
    expect(auto).toMatchObject({ sensible, reason: expect.stringContaining(word) });
  });
});
