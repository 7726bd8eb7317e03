import type { Provider } from '../../../lib/provider/provider';
import { openai } from '../../../lib/provider/openai/openai';
import { ask, item, verdict } from '../support/ask';
import { openaiMajors } from '../support/majors';
import type { Handler, WireServer } from '../support/wire-server';
import { cutBody, json, raw, resetAtOnce, startWireServer, until } from '../support/wire-server';

const key = 'sk-test-0123456789';

const error = (status: number, parts: object, headers: Record<string, string> = {}): Handler => {
  return (response) => json(response, status, { error: { message: 'words', ...parts } }, headers);
};
const limited = (headers: Record<string, string>, message = 'words'): Handler => {
  return error(429, { code: 'rate_limit_exceeded', message }, headers);
};
const words = (on: string): string => `Rate limit reached for gpt-4o-mini in organization org-x on ${on}`;
const inAMinute = (): string => new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000).toUTCString();

const retry = (code: string, more: object = {}): object => ({
  kind: 'retry',
  error: { code, retryable: true },
  ...more,
});
const refused = (more: object = {}): object => ({ kind: 'rate_limited', error: { code: 'rate_limited' }, ...more });
const fail = (code: string): object => ({ kind: 'fail', error: { code, retryable: false } });
const stop = (code: string): object => ({ kind: 'stop', status: 'failed', code, error: { code } });

/** Every row of the error-codes guide, what the SDK makes of broken answers, and what compatible servers send. */
const rows: readonly (readonly [name: string, answer: Handler, verdict: object])[] = [
  ['429 rate_limit_exceeded', limited({}), refused()],
  ['retry-after-ms', limited({ 'retry-after-ms': '1500', 'retry-after': '9' }), refused({ waitMs: 1_500 })],
  ['retry-after in seconds', limited({ 'retry-after': '2.5' }), refused({ waitMs: 2_500 })],
  [
    'retry-after as a date',
    (r, q) => limited({ 'retry-after': inAMinute() })(r, q),
    refused({ waitMs: expect.closeTo(60_000, -4) }),
  ],
  ['retry-after of an hour', limited({ 'retry-after': '3600' }), refused({ waitMs: 3_600_000 })],
  ...['soon', 'soon 3000', '1e999', 'Infinity', '0x10', '-5'].map(
    (text) =>
      [
        `retry-after that is none: ${text}`,
        limited({ 'retry-after': text }),
        expect.not.objectContaining({ waitMs: expect.anything() }),
      ] as const,
  ),
  ['reset header alone', limited({ 'x-ratelimit-reset-requests': '1m26.4s' }), refused({ waitMs: 86_400 })],
  ['the wait in words', limited({}, 'Rate limit reached. Please try again in 6m0s.'), refused({ waitMs: 360_000 })],
  [
    'limits on a 429',
    limited({
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '120ms',
    }),
    refused({ limits: { tokens: { limit: 100, remaining: 0, resetMs: 120 } } }),
  ],
  ['429 slow_down', error(429, { code: 'slow_down', type: 'rate_limit_error' }), refused()],
  [
    '429 flex without capacity',
    error(429, { code: 'resource_unavailable', message: 'Resource Unavailable' }),
    refused(),
  ],
  ['429 insufficient_quota', error(429, { code: 'insufficient_quota' }), stop('quota_exhausted')],
  ['429 insufficient_quota as type', error(429, { type: 'insufficient_quota', code: null }), stop('quota_exhausted')],
  ['429 credit_balance_exhausted', error(429, { code: 'credit_balance_exhausted' }), stop('quota_exhausted')],
  [
    '429 organization_spend_limit_exceeded',
    error(429, { code: 'organization_spend_limit_exceeded' }),
    stop('quota_exhausted'),
  ],
  ['429 project_spend_limit_exceeded', error(429, { code: 'project_spend_limit_exceeded' }), stop('quota_exhausted')],
  [
    '429 organization_usage_limit_exceeded',
    error(429, { code: 'organization_usage_limit_exceeded' }),
    stop('quota_exhausted'),
  ],
  ['429 billing_hard_limit_reached', error(429, { code: 'billing_hard_limit_reached' }), stop('quota_exhausted')],
  ['402', error(402, {}), stop('quota_exhausted')],
  [
    '429 too large',
    limited({}, 'Request too large for m on tokens per min (TPM): Limit 30000, Requested 41000.'),
    fail('too_large'),
  ],
  ['429 used up', limited({}, 'Rate limit reached: Limit 30000, Used 29000, Requested 4100.'), refused()],
  [
    '429 used up, of tokens per minute',
    limited({}, `${words('tokens per min (TPM)')}: Limit 30000, Used 29000, Requested 2000. Please try again in 2s.`),
    refused({ waitMs: 2_000, limits: { tokens: { limit: 30_000, remaining: 1_000 } } }),
  ],
  [
    '429 too large, in numbers alone',
    limited({}, `${words('tokens per min (TPM)')}: Limit 30000, Used 0, Requested 41000.`),
    fail('too_large'),
  ],
  [
    '429 of the day',
    limited({}, `${words('requests per day (RPD)')}: Limit 200, Used 200, Requested 1. Please try again in 7m12s.`),
    { kind: 'stop', status: 'paused', code: 'daily_quota', waitMs: 21_600_000 },
  ],
  [
    '429 of the day that should not be retried',
    limited(
      { 'x-should-retry': 'false', 'retry-after': '60' },
      `${words('tokens per day (TPD)')}: Limit 9, Used 9, Requested 1.`,
    ),
    { kind: 'stop', status: 'paused', code: 'daily_quota', waitMs: 21_600_000 },
  ],
  ['401', error(401, { code: 'invalid_api_key', message: `Incorrect API key provided: ${key}.` }), stop('auth')],
  ['403', error(403, { code: 'model_not_found' }), stop('auth')],
  ['404', error(404, { code: 'model_not_found' }), fail('invalid_request')],
  ['400', error(400, { type: 'invalid_request_error' }), fail('invalid_request')],
  ['422', error(422, {}), fail('invalid_request')],
  ['400 context_length_exceeded', error(400, { code: 'context_length_exceeded' }), fail('too_large')],
  [
    '400 in other words',
    error(400, { message: "This model's maximum context length is 8192 tokens" }),
    fail('too_large'),
  ],
  ['413', (response) => raw(response, 413, '<html><title>413 Too Large</title></html>'), fail('too_large')],
  ['400 content policy', error(400, { code: 'content_policy_violation' }), fail('content_filtered')],
  ['400 content filter of Azure', error(400, { code: 'content_filter', innererror: {} }), fail('content_filtered')],
  ['408', error(408, {}), retry('timeout')],
  ['409', error(409, {}), retry('server_error')],
  ['500', error(500, {}), retry('server_error')],
  [
    '503 overloaded',
    error(503, { code: 'server_is_overloaded' }, { 'retry-after': '3' }),
    retry('server_error', { waitMs: 3_000, overloaded: true }),
  ],
  [
    '500 server_is_overloaded',
    error(500, { code: 'server_is_overloaded' }),
    retry('server_error', { overloaded: true }),
  ],
  ['500 slow_down', error(500, { code: 'slow_down' }), retry('server_error', { overloaded: true })],
  ['504', error(504, {}), retry('timeout')],
  ['529', error(529, {}), retry('server_error', { overloaded: true })],
  ['529 of Anthropic', error(529, { type: 'overloaded_error' }), retry('server_error', { overloaded: true })],
  [
    '500 x-should-retry: false',
    error(500, {}, { 'x-should-retry': 'false' }),
    { kind: 'fail', error: { code: 'server_error' } },
  ],
  ['400 x-should-retry: true', error(400, {}, { 'x-should-retry': 'true' }), retry('server_error')],
  ['401 x-should-retry: true', error(401, {}, { 'x-should-retry': 'true' }), stop('auth')],
  [
    '{ detail }',
    (response) => json(response, 400, { detail: 'why' }),
    { kind: 'fail', error: { message: 'why', status: 400 } },
  ],
  [
    '[{ error }]',
    (response) => json(response, 404, [{ error: { message: 'why' } }]),
    { kind: 'fail', error: { message: 'why' } },
  ],
  [
    'flat error',
    (response) => json(response, 400, { object: 'error', message: 'why' }),
    { kind: 'fail', error: { message: 'why' } },
  ],
  [
    'error as text',
    (response) => json(response, 500, { error: 'why' }),
    retry('server_error', { error: { message: 'why' } }),
  ],
  [
    'HTML 502',
    (response) => raw(response, 502, '<html><head><title>Bad Gateway</title></head></html>'),
    retry('server_error'),
  ],
  ['error status without a body', (response) => raw(response, 500, ''), retry('server_error')],
  ['reset before an answer', resetAtOnce, retry('network')],
  ['reset in the body', cutBody, retry('network')],
  [
    'closed before the promised length',
    (r) => {
      r.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
      r.write('{');
      setTimeout(() => r.destroy(), 10);
    },
    retry('network'),
  ],
  [
    'truncated JSON',
    (r) => raw(r, 200, '{"id":"c","cho', { 'content-type': 'application/json' }),
    retry('invalid_response'),
  ],
  ['empty 200', (r) => raw(r, 200, '', { 'content-type': 'application/json' }), retry('invalid_response')],
  ['204', (r) => void r.writeHead(204).end(), retry('invalid_response')],
  ['text 200', (r) => raw(r, 200, 'hello', { 'content-type': 'text/plain' }), retry('invalid_response')],
  ['HTML 200', (r) => raw(r, 200, '<html>login</html>', { 'content-type': 'text/html' }), retry('invalid_response')],
  ['array 200', (r) => json(r, 200, []), retry('invalid_response')],
  ['object without choices', (r) => json(r, 200, { id: 'c' }), retry('invalid_response')],
  ['no choice', (r) => json(r, 200, { choices: [] }), retry('invalid_response')],
  ['an error inside 200', (r) => json(r, 200, { error: { message: 'busy', code: 502 } }), retry('server_error')],
  ['a refusal inside 200', (r) => json(r, 200, { error: { message: 'slow', code: 429 } }), refused()],
];

describe.each(openaiMajors)('%s', (_name, sdk) => {
  let server: WireServer;
  let provider: Provider;
  beforeAll(async () => {
    server = await startWireServer();
    provider = openai({ sdk, baseURL: `${server.url}/v1`, apiKey: key, defaultModel: 'm' });
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

  it('keeps nothing of a page of HTML but its title', async () => {
    server.handle = (response) =>
      raw(response, 502, `<html><head><title>Bad Gateway</title></head>${'<p>x</p>'.repeat(999)}</html>`);
    expect((await verdict(provider, item('hi'))).error.message).toBe('Bad Gateway');
  });

  it('cannot reach a closed port: network, with the code', async () => {
    const nowhere = openai({ sdk, baseURL: 'http://127.0.0.1:1', apiKey: key, defaultModel: 'm' });
    expect(await verdict(nowhere, item('hi'))).toMatchObject(retry('network'));
    expect((await verdict(nowhere, item('hi'))).error.message).toContain('ECONNREFUSED');
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
