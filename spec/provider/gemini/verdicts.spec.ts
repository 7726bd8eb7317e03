import type { Provider } from '../../../lib/provider/provider';
import { classifyGemini } from '../../../lib/provider/gemini/classify';
import { gemini } from '../../../lib/provider/gemini/gemini';
import { ask, item, verdict } from '../support/ask';
import { geminiMajors } from '../support/majors';
import type { Handler, WireServer } from '../support/wire-server';
import { cutBody, json, raw, resetAtOnce, startWireServer, until } from '../support/wire-server';

const key = 'AIzaTest0123456789';

const rpc = (
  code: number,
  status: string,
  message = 'words',
  details: object[] = [],
  headers: Record<string, string> = {},
): Handler => {
  return (response) => json(response, code, { error: { code, message, status, details } }, headers);
};
const retryInfo = (retryDelay: string): object => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });
const quota = (quotaId: string, quotaValue?: string, quotaMetric = 'generate_requests'): object => {
  return { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaMetric, quotaId, quotaValue }] };
};
const reasonIs = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
const exhausted = (...details: object[]): Handler =>
  rpc(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', details);

const perMinute = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier';
const perDay = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';
const tokens = 'GenerateContentInputTokensPerModelPerMinute-FreeTier';

const retry = (code: string, more: object = {}): object => ({
  kind: 'retry',
  error: { code, retryable: true },
  ...more,
});
const refused = (more: object = {}): object => ({
  kind: 'rate_limited',
  error: { code: 'rate_limited', status: 429 },
  ...more,
});
const fail = (code: string, more: object = {}): object => ({
  kind: 'fail',
  error: { code, retryable: false },
  ...more,
});
const stop = (code: string): object => ({ kind: 'stop', status: 'failed', code, error: { code } });
const usageMetadata = { promptTokenCount: 3, thoughtsTokenCount: 7, totalTokenCount: 10 };
const finished = (finishReason: string, parts?: object[]): Handler => {
  const content = parts === undefined ? {} : { content: { role: 'model', parts } };
  return (response) => json(response, 200, { candidates: [{ ...content, finishReason, index: 0 }], usageMetadata });
};

const rows: readonly (readonly [name: string, answer: Handler, verdict: object])[] = [
  [
    '429 of the minute with RetryInfo',
    exhausted(quota(perMinute, '15'), retryInfo('33.8s')),
    refused({ waitMs: 33_800, limits: { requests: { limit: 15, remaining: 0 } } }),
  ],
  [
    '429 of two limits of the minute',
    exhausted(quota(perMinute, '15'), quota(perMinute, '12'), quota(tokens, '250000', 'input_token_count')),
    refused({ limits: { requests: { limit: 12, remaining: 0 }, tokens: { limit: 250_000, remaining: 0 } } }),
  ],
  [
    'RetryInfo in nanoseconds',
    exhausted(retryInfo('56.571776792s')),
    refused({ waitMs: expect.closeTo(56_571.78, 1) }),
  ],
  ['429 without details', rpc(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'), refused()],
  [
    '429 with a retry-after of a month',
    rpc(429, 'RESOURCE_EXHAUSTED', 'x', [], { 'retry-after': '2592000' }),
    { kind: 'rate_limited', waitMs: 604_800_000 },
  ],
  [
    '429 with retry-after, which the SDK drops',
    rpc(429, 'RESOURCE_EXHAUSTED', 'x', [], { 'retry-after': '2' }),
    refused({ waitMs: 2_000 }),
  ],
  [
    '429 as text',
    (response) => raw(response, 429, 'slow down', { 'content-type': 'text/plain' }),
    refused({ error: { message: 'slow down' } }),
  ],
  [
    '429 of the day',
    exhausted(quota(perDay, '1500'), retryInfo('3s')),
    { kind: 'stop', status: 'paused', code: 'daily_quota', waitMs: expect.any(Number) },
  ],
  [
    '429 of the day and the minute',
    exhausted(quota(perMinute, '15'), quota(perDay, '1500')),
    { kind: 'stop', status: 'paused', code: 'daily_quota', waitMs: expect.any(Number) },
  ],
  [
    '429 of the day that asks for longer',
    exhausted(quota(perDay, '1500'), retryInfo('180000s')),
    { kind: 'stop', status: 'paused', code: 'daily_quota', waitMs: 180_000_000 },
  ],
  ['429 of a model without a quota', exhausted(quota(perDay, '0'), quota(perMinute, '0')), stop('quota_exhausted')],
  [
    '429 of a spent account',
    rpc(429, 'RESOURCE_EXHAUSTED', 'Your project has exceeded its monthly spending cap.'),
    stop('quota_exhausted'),
  ],
  [
    '429 of tokens, which may pass',
    exhausted(quota(tokens, '250000', 'input_token_count'), retryInfo('1s')),
    refused({ waitMs: 1_000 }),
  ],
  [
    '400 key not valid',
    rpc(400, 'INVALID_ARGUMENT', `API key not valid: ${key}`, [reasonIs('API_KEY_INVALID')]),
    stop('auth'),
  ],
  ['400 location', rpc(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'), stop('auth')],
  ['401', rpc(401, 'UNAUTHENTICATED'), stop('auth')],
  ['403', rpc(403, 'PERMISSION_DENIED'), stop('auth')],
  ['400', rpc(400, 'INVALID_ARGUMENT'), fail('invalid_request')],
  ['404', rpc(404, 'NOT_FOUND'), fail('invalid_request')],
  [
    '400 too many tokens',
    rpc(400, 'INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum number of tokens allowed (8).'),
    fail('too_large'),
  ],
  ['413', (response) => raw(response, 413, ''), fail('too_large')],
  ['500', rpc(500, 'INTERNAL'), retry('server_error')],
  [
    '503 with RetryInfo',
    rpc(503, 'UNAVAILABLE', 'overloaded', [retryInfo('2s')]),
    retry('server_error', { waitMs: 2_000, overloaded: true }),
  ],
  ['UNAVAILABLE of another status', rpc(500, 'UNAVAILABLE'), retry('server_error', { overloaded: true })],
  ['504', rpc(504, 'DEADLINE_EXCEEDED'), retry('timeout')],
  ['499', rpc(499, 'CANCELLED'), retry('server_error')],
  [
    '[{ error }]',
    (response) => json(response, 400, [{ error: { code: 400, message: 'why' } }]),
    fail('invalid_request', { error: { message: 'why' } }),
  ],
  [
    'HTML 502',
    (response) => raw(response, 502, '<html><title>Bad Gateway</title></html>'),
    retry('server_error', { error: { message: 'Bad Gateway' } }),
  ],
  ['error status without a body', (response) => raw(response, 500, ''), retry('server_error')],
  ['reset before an answer', resetAtOnce, retry('network')],
  ['reset in the body', cutBody, retry('network')],
  [
    'truncated JSON',
    (response) => raw(response, 200, '{"candidates":[', { 'content-type': 'application/json' }),
    retry('invalid_response'),
  ],
  [
    'empty 200',
    (response) => raw(response, 200, '', { 'content-type': 'application/json' }),
    retry('invalid_response'),
  ],
  ['text 200', (response) => raw(response, 200, 'hello', { 'content-type': 'text/plain' }), retry('invalid_response')],
  ['null 200', (response) => json(response, 200, null), retry('invalid_response')],
  [
    'an error inside 200',
    (response) => json(response, 200, { error: { code: 503, message: 'x' } }),
    retry('server_error', { overloaded: true }),
  ],
  ['no candidates', (response) => json(response, 200, { usageMetadata }), retry('invalid_response')],
  [
    'a blocked prompt',
    (response) => json(response, 200, { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata }),
    fail('content_filtered', { usage: { inputTokens: 3, outputTokens: 7 } }),
  ],
  ['SAFETY', finished('SAFETY'), fail('content_filtered')],
  ['SAFETY after a few words', finished('SAFETY', [{ text: 'so f' }]), fail('content_filtered')],
  ['RECITATION', finished('RECITATION'), fail('content_filtered')],
  ['PROHIBITED_CONTENT', finished('PROHIBITED_CONTENT'), fail('content_filtered')],
  ['IMAGE_SAFETY', finished('IMAGE_SAFETY'), fail('content_filtered')],
  ['OTHER', finished('OTHER'), fail('content_filtered')],
  [
    'MAX_TOKENS without a word',
    finished('MAX_TOKENS'),
    fail('invalid_response', { usage: { inputTokens: 3, outputTokens: 7 } }),
  ],
  ['MAX_TOKENS with thoughts alone', finished('MAX_TOKENS', [{ text: 'hm', thought: true }]), fail('invalid_response')],
  ['MALFORMED_FUNCTION_CALL', finished('MALFORMED_FUNCTION_CALL'), retry('invalid_response')],
  ['STOP without content', finished('STOP'), retry('invalid_response')],
  ['a reason nobody knows yet', finished('NEWLY_MADE_UP'), retry('invalid_response')],
];

describe.each(geminiMajors)('%s', (_name, sdk) => {
  let server: WireServer;
  let provider: Provider;
  beforeAll(async () => {
    server = await startWireServer();
    provider = gemini({ sdk, baseURL: server.url, apiKey: key, defaultModel: 'm' });
  });
  afterAll(async () => {
    await provider.close?.();
    await server.close();
  });

  it.each(rows)('%s', async (_row, answer, expected) => {
    server.handle = answer;
    server.seen.length = 0;
    const found = await verdict(provider, item('hi'));
    expect(found).toMatchObject(expected);
    expect(server.seen).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain(key);
  });

  it('pauses until midnight Pacific, or for longer where that is asked', () => {
    const now = Date.parse('2026-11-22T20:00:00Z');
    const details = (...list: object[]): Error => {
      const body = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details: list } };
      return Object.assign(new Error(JSON.stringify(body)), { status: 429 });
    };
    const wait = (...list: object[]): unknown => classifyGemini(details(...list), [], now);
    expect(wait(quota(perDay, '9'))).toMatchObject({ code: 'daily_quota', waitMs: 12 * 3_600_000 });
    expect(wait(quota(perDay, '9'), retryInfo('34s'))).toMatchObject({ waitMs: 12 * 3_600_000 });
    expect(wait(quota(perDay, '9'), retryInfo('90000s'))).toMatchObject({ waitMs: 90_000_000 });
    expect(wait(quota(perDay, '9'), retryInfo('999999999999999s'))).toMatchObject({ waitMs: 12 * 3_600_000 });
  });

  it('holds everybody for a week at most, and one item by no wait that is longer', () => {
    const age = (status: number): unknown => {
      const body = { error: { code: status, message: 'x', details: [retryInfo('999999999999999s')] } };
      return classifyGemini(Object.assign(new Error(JSON.stringify(body)), { status }));
    };
    expect(age(429)).toMatchObject({ kind: 'rate_limited', waitMs: 604_800_000 });
    expect(age(503)).toMatchObject({ kind: 'retry' });
    expect(age(503)).not.toHaveProperty('waitMs');
  });

  it('tells a request above the tokens of a whole minute from one that has to wait', async () => {
    server.handle = exhausted(quota(tokens, '1000', 'input_token_count'), retryInfo('1s'));
    expect(await verdict(provider, item('x'.repeat(9_000)))).toMatchObject(fail('too_large'));
    expect(await verdict(provider, item('x'.repeat(7_000)))).toMatchObject(refused());
    const picture = { contents: [{ parts: [{ text: 'what?' }, { inlineData: { data: 'A'.repeat(99_999) } }] }] };
    expect(await verdict(provider, item(picture))).toMatchObject(refused());
  });

  it('is judged the same without the headers, by what the SDK throws', async () => {
    const client = new (sdk as { GoogleGenAI: new (options: object) => never }).GoogleGenAI({
      apiKey: key,
      httpOptions: { baseUrl: server.url },
    });
    const own = gemini({ client, defaultModel: 'm' });
    server.handle = exhausted(quota(perDay, '9'));
    expect(await verdict(own, item('hi'))).toMatchObject({ kind: 'stop', status: 'paused', code: 'daily_quota' });
    server.handle = exhausted(retryInfo('4s'));
    expect(await verdict(own, item('hi'))).toMatchObject(refused({ waitMs: 4_000 }));
    server.handle = (response) =>
      raw(response, 502, '<html><title>Bad Gateway</title></html>', { 'content-type': 'text/html' });
    expect(await verdict(own, item('hi'))).toMatchObject(retry('server_error', { error: { message: 'Bad Gateway' } }));
    server.handle = resetAtOnce;
    expect(await verdict(own, item('hi'))).toMatchObject(retry('network'));
    server.handle = cutBody;
    expect(await verdict(own, item('hi'))).toMatchObject(retry('network'));
  });

  it('takes an abort for a timeout: the engine knows when it was itself', async () => {
    server.handle = () => undefined;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const reason: unknown = await ask(provider, item('hi'), controller.signal).catch((error: unknown) => error);
    expect(provider.classify?.(reason)).toMatchObject(retry('timeout'));
  });

  it.each(['constructor', '__proto__', 'NOBODY_KNOWS'])('takes no HTTP status from an error named %s', (status) => {
    const { kind, ...found } = classifyGemini(new Error(JSON.stringify({ error: { status, message: 'x' } })));
    expect(kind).toBe('retry');
    expect(found).not.toHaveProperty('error.status');
  });

  it.each([
    ['before the headers', () => undefined],
    ['within the body', (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{')],
    [
      'within the body of an error',
      (response) => void response.writeHead(500, { 'content-type': 'application/json' }).write('{'),
    ],
  ] as [string, Handler][])('takes an abort to the socket %s', async (_where, answer) => {
    server.handle = answer;
    server.seen.length = 0;
    const before = server.aborted;
    const controller = new AbortController();
    const failed = ask(provider, item('hi'), controller.signal).catch((reason: unknown) => reason);
    await until(() => server.seen.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await until(() => server.aborted === before + 1);
    await failed;
  });
});
