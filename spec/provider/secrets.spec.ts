import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';
import type { Provider } from '../../lib/provider/provider';
import { redactBody } from '../../lib/provider/redact-body';
import { item, verdict } from './support/ask';
import { geminiMajors, openaiMajors } from './support/majors';
import { nativeOf, poll, read } from './support/native';
import { wireProviders } from './support/wire-providers';
import { json, raw } from './support/wire-server';

/** Of no form that is known for a key's. */
const apiKey = 'AQ.s3cret-0123456789';

const wire = wireProviders();

/** Everything that is told of what the server says about a request. */
async function told(provider: Provider, body: unknown): Promise<string> {
  wire.server.handle = (response) => json(response, 200, body);
  return JSON.stringify(await verdict(provider, item('hi')));
}

/** Everything that is told of the lines of a result file. */
async function toldOf(provider: Provider, lines: readonly unknown[]): Promise<string> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  wire.server.handle = (response) => raw(response, 200, text);
  const results = await read(nativeOf(provider), 'files/f');
  expect(results).toHaveLength(lines.length);
  return JSON.stringify(results);
}

describe.each(openaiMajors)('a server that repeats the key does not bring it into a failure: %s', (_name, sdk) => {
  const make = (endpoint = 'chat'): Provider =>
    wire.made(openai({ sdk, apiKey, endpoint, baseURL: `${wire.server.url}/v1`, defaultModel: 'm' }));
  const choice = (message: object, finish_reason = 'stop'): object => ({ choices: [{ message, finish_reason }] });

  it.each<[string, string, unknown]>([
    ['a text', 'chat', apiKey],
    ['a refusal', 'chat', { ...choice({ refusal: `no, ${apiKey}` }), [apiKey]: { deep: [apiKey] } }],
    ['a filter', 'chat', { ...choice({ content: apiKey }, 'content_filter') }],
    ['a failed response', 'responses', { status: 'failed', error: { code: 'x', message: apiKey } }],
    ['a status', 'responses', { status: apiKey }],
  ])('%s', async (_case, endpoint, body) => {
    const text = await told(make(endpoint), body);
    expect(text).not.toContain(apiKey);
    expect(text).toMatch(/redacted/);
  });

  it('nor into one of a batch', async () => {
    const response = (status_code: number, body: unknown): object => {
      return { custom_id: 'i1', response: { status_code, body } };
    };
    const text = await toldOf(make(), [
      response(400, { error: { message: `bad ${apiKey}`, headers: { 'api-key': apiKey } } }),
      response(500, apiKey),
      response(200, apiKey),
      { custom_id: 'i1', error: { code: 'batch_expired', message: apiKey } },
      { custom_id: 'i1', error: { code: apiKey } },
      apiKey,
    ]);
    expect(text).not.toContain(apiKey);
    const faults = { data: [{ code: 'invalid', message: `bad ${apiKey}`, line: 1 }] };
    wire.server.handle = (reply) => json(reply, 200, { id: 'b', object: 'batch', status: 'failed', errors: faults });
    expect(JSON.stringify((await poll(nativeOf(make()), 'b')).faults)).toMatch(/bad \[redacted\]/);
  });
});

describe.each(geminiMajors)('a server that repeats the key does not bring it into a failure: %s', (_name, sdk) => {
  const make = (): Provider => wire.made(gemini({ sdk, apiKey, baseURL: wire.server.url, defaultModel: 'm' }));

  it.each<[string, unknown]>([
    ['a text', apiKey],
    ['a blocked prompt', { promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: apiKey }, x: [apiKey] }],
    ['an answer held back', { candidates: [{ finishReason: 'SAFETY', finishMessage: apiKey }] }],
  ])('%s', async (_case, body) => {
    const text = await told(make(), body);
    expect(text).not.toContain(apiKey);
    expect(text).toMatch(/redacted/);
  });

  it('nor into one of a batch', async () => {
    const text = await toldOf(make(), [
      { key: 'i1', error: { code: 3, message: `bad ${apiKey}`, details: [{ metadata: { key: apiKey } }] } },
      { key: 'i1', error: { code: 1, message: apiKey } },
      { key: 'i1', response: apiKey },
      apiKey,
    ]);
    expect(text).not.toContain(apiKey);
    const metadata = { state: 'BATCH_STATE_FAILED' };
    wire.server.handle = (reply) =>
      json(reply, 200, { name: 'batches/b', done: true, metadata, error: { code: 3, message: `bad ${apiKey}` } });
    expect(JSON.stringify((await poll(nativeOf(make()), 'batches/b')).faults)).toMatch(/bad \[redacted\]/);
  });
});

it('the body of a failure stays what it is, otherwise, and is cut off where it has no bottom', () => {
  const body = { a: [1, null, true, 'x'], ['__proto__']: { b: 'y' } };
  expect(JSON.stringify(redactBody(body, []))).toBe(JSON.stringify(body));
  const bottomless: unknown = JSON.parse(`${'['.repeat(10_000)}"${apiKey}"${']'.repeat(10_000)}`);
  expect(JSON.stringify(redactBody(bottomless, []))).toContain('redacted');
});
