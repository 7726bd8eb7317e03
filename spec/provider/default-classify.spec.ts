import { BatchError } from '../../lib/core/errors';
import { redactSecrets } from '../../lib/core/redact';
import { defaultClassify } from '../../lib/provider/default-classify';
import { parseDuration } from '../../lib/provider/durations';
import { readLimits, retryAfterMs } from '../../lib/provider/headers';
import { namedProvider } from '../../lib/provider/named-providers';
import { ProviderError, failureVerdict } from '../../lib/provider/provider-error';

const failing = (parts: object, message = 'x'): Error => Object.assign(new Error(message), parts);

describe('the default verdict', () => {
  it.each([
    [failing({ status: 401 }), 'stop', 'auth'],
    [failing({ status: 403 }), 'stop', 'auth'],
    [failing({ status: 402 }), 'stop', 'quota_exhausted'],
    [failing({ status: 429 }), 'rate_limited', 'rate_limited'],
    [failing({ statusCode: 408 }), 'retry', 'timeout'],
    [failing({ response: { status: 503 } }), 'retry', 'server_error'],
    [failing({ status: 409 }), 'retry', 'server_error'],
    [failing({ status: 413 }), 'fail', 'too_large'],
    [failing({ status: 400 }), 'fail', 'invalid_request'],
    [failing({ status: 418 }), 'fail', 'invalid_request'],
    [failing({ code: 'content_filtered' }), 'fail', 'content_filtered'],
    [failing({ code: 'rate_limited' }), 'rate_limited', 'rate_limited'],
    [failing({ code: 'ECONNRESET' }), 'retry', 'network'],
    [failing({ code: 'ECONNREFUSED' }), 'retry', 'network'],
    [failing({ code: 'ETIMEDOUT' }), 'retry', 'timeout'],
    [failing({ code: 'UND_ERR_HEADERS_TIMEOUT' }), 'retry', 'timeout'],
    [failing({ code: 'UND_ERR_SOCKET' }), 'retry', 'network'],
    [new TypeError('fetch failed', { cause: failing({ code: 'ENOTFOUND' }) }), 'retry', 'network'],
    [
      new TypeError('fetch failed', { cause: new AggregateError([failing({ code: 'ECONNREFUSED' })]) }),
      'retry',
      'network',
    ],
    [new TypeError('terminated', { cause: failing({ code: 'UND_ERR_BODY_TIMEOUT' }) }), 'retry', 'timeout'],
    [new TypeError('terminated'), 'retry', 'network'],
    [new DOMException('x', 'TimeoutError'), 'retry', 'timeout'],
    [new DOMException('x', 'AbortError'), 'retry', 'timeout'],
    [new SyntaxError('Unexpected end of JSON input'), 'retry', 'invalid_response'],
    [new TypeError("Cannot read properties of undefined (reading '0')"), 'retry', 'invalid_response'],
    [new Error('anything'), 'retry', 'server_error'],
    ['a string', 'retry', 'server_error'],
    [undefined, 'retry', 'server_error'],
    [new BatchError('missing_api_key', 'set it'), 'stop', 'auth'],
    [new BatchError('sdk_missing', 'install it'), 'stop', 'invalid_request'],
    [new ProviderError(failureVerdict('too_large', 'too long')), 'fail', 'too_large'],
  ])('of %p is %s %s', (error, kind, code) => {
    expect(defaultClassify(error)).toMatchObject({ kind, error: { code } });
  });

  it('has the wait and the limits of the headers, whatever they are made of', () => {
    const headers = { 'retry-after': '7', 'x-ratelimit-limit-requests': '10', 'x-ratelimit-remaining-requests': '0' };
    const expected = { waitMs: 7_000, limits: { requests: { limit: 10, remaining: 0 } } };
    expect(readLimits(headers)?.requests).not.toHaveProperty('resetMs');
    expect(defaultClassify(failing({ status: 429, headers }))).toMatchObject(expected);
    expect(defaultClassify(failing({ response: { status: 429, headers: new Headers(headers) } }))).toMatchObject(
      expected,
    );
    expect(defaultClassify(failing({ status: 503, headers }))).toMatchObject({ kind: 'retry', waitMs: 7_000 });
  });

  it.each([
    [{ status: 503 }, true],
    [{ status: 529 }, true],
    [{ status: 529, type: 'overloaded_error' }, true],
    [{ type: 'overloaded_error' }, true],
    [{ status: 500, code: 'slow_down' }, true],
    [{ status: 500, code: 'server_is_overloaded' }, true],
    [{ status: 500 }, undefined],
    [{ status: 502 }, undefined],
    [{ status: 504 }, undefined],
    [{}, undefined],
  ])('of %j is overloaded: %p', (parts, overloaded) => {
    const verdict = defaultClassify(failing(parts));
    expect(verdict.kind).toBe('retry');
    expect('overloaded' in verdict ? verdict.overloaded : undefined).toBe(overloaded);
  });

  it('of a 429 is never overloaded, but a limit of one’s own', () => {
    expect(defaultClassify(failing({ status: 429, type: 'overloaded_error' }))).toMatchObject({ kind: 'rate_limited' });
  });

  it.each([
    ['ECONNREFUSED', true],
    ['EAI_AGAIN', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['ECONNRESET', undefined],
    ['UND_ERR_SOCKET', undefined],
    ['UND_ERR_HEADERS_TIMEOUT', undefined],
  ])('knows that nothing was sent, and only then: %s', (code, unreached) => {
    const error = new TypeError('fetch failed', { cause: failing({ code }) });
    expect(defaultClassify(error)).toMatchObject({ kind: 'retry' });
    expect((defaultClassify(error) as { unreached?: boolean }).unreached).toBe(unreached);
  });

  it('names the code that a bare "fetch failed" hides, and hides keys', () => {
    const error = new TypeError('fetch failed', { cause: failing({ code: 'ENOTFOUND' }) });
    expect(defaultClassify(error).error.message).toBe('fetch failed (ENOTFOUND)');
    expect(defaultClassify(failing({ status: 400 }, 'bad key sk-abcdef123456')).error.message).toBe(
      'bad key sk-[redacted]',
    );
  });

  it('comes to an end on causes that go in circles', () => {
    const error = new Error('round') as Error & { cause: unknown };
    error.cause = error;
    expect(defaultClassify(error).kind).toBe('retry');
  });
});

describe('headers', () => {
  it.each([
    ['120ms', 120],
    ['1s', 1_000],
    ['1m26.4s', 86_400],
    ['6m0s', 360_000],
    ['1h2m3s', 3_723_000],
    ['33.8s', 33_800],
    ['5', undefined],
    ['', undefined],
    ['1 s', undefined],
    ['s1', undefined],
  ])('the duration %j is %p ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it('measures a date against the server’s own clock', () => {
    const date = 'Mon, 01 Jan 2024 00:00:00 GMT';
    const later = 'Mon, 01 Jan 2024 00:00:30 GMT';
    expect(retryAfterMs({ date, 'retry-after': later })).toBe(30_000);
    expect(retryAfterMs({ 'retry-after': date }, Date.parse(later))).toBe(0);
    expect(retryAfterMs({ 'retry-after': '-3' })).toBeUndefined();
    expect(retryAfterMs({ 'retry-after-ms': '0' })).toBe(0);
    expect(retryAfterMs({ 'retry-after-ms': 'x', 'retry-after': '1' })).toBe(1_000);
    expect(retryAfterMs(undefined)).toBeUndefined();
  });

  it('reads resets in seconds, dates and epochs, and nothing from limits that are none', () => {
    const now = Date.parse('2024-01-01T00:00:00Z');
    const limits = (reset: string, limit = '10'): number | undefined => {
      const headers = {
        'x-ratelimit-limit-tokens': limit,
        'x-ratelimit-remaining-tokens': '5',
        'x-ratelimit-reset-tokens': reset,
      };
      return readLimits(headers, now)?.tokens?.resetMs;
    };
    expect(limits('2.5')).toBe(2_500);
    expect(limits('2024-01-01T00:00:09Z')).toBe(9_000);
    expect(limits(String(now / 1000 + 9))).toBe(9_000);
    expect(limits(String(now + 9_000))).toBe(9_000);
    expect(limits('1s', '-1')).toBeUndefined();
    expect(limits('1s', '0')).toBeUndefined();
  });

  // Requests of Groq are per day: what is used, over the time in which it comes back, is the rate.
  it.each([
    ['Groq', { l: '14400', r: '14370', t: '2m59.56s' }, { limit: 14_400, remaining: 14_370, resetMs: 179_560 }],
    ['no reset', { l: '10', r: '3' }, { limit: 10, remaining: 3 }],
    ['an empty reset', { l: '10', r: '3', t: '' }, { limit: 10, remaining: 3 }],
    ['a reset of -1', { l: '10', r: '3', t: '-1' }, { limit: 10, remaining: 3 }],
    ['a reset that is none', { l: '10', r: '3', t: 'soon' }, { limit: 10, remaining: 3 }],
    ['a reset in a week', { l: '10', r: '3', t: '604800' }, { limit: 10, remaining: 3, resetMs: 604_800_000 }],
    ['a reset in a month', { l: '10', r: '3', t: '2592000' }, { limit: 10, remaining: 3 }],
    ['a reset in an age', { l: '10', r: '3', t: '9999999999999h' }, { limit: 10, remaining: 3 }],
    ['a reset in the year 9999', { l: '10', r: '3', t: '9999-12-31T23:59:59Z' }, { limit: 10, remaining: 3 }],
    ['a reset at no time', { l: '10', r: '3', t: '9'.repeat(20) }, { limit: 10, remaining: 3 }],
    ['no remaining', { l: '10', t: '1s' }, undefined],
    ['an empty remaining', { l: '10', r: '', t: '1s' }, undefined],
    ['a remaining of -1', { l: '10', r: '-1', t: '1s' }, undefined],
    ['no limit', { r: '3', t: '1s' }, undefined],
    ['a limit in other words', { l: '10;w=60', r: '3', t: '1s' }, undefined],
  ] as const)(
    'of requests, each for itself: %s',
    (_name, { l, r, t }: { l?: string; r?: string; t?: string }, expected) => {
      const named = {
        'x-ratelimit-limit-requests': l,
        'x-ratelimit-remaining-requests': r,
        'x-ratelimit-reset-requests': t,
      };
      const headers = { ...named, 'x-ratelimit-limit-tokens': '6000', 'x-ratelimit-remaining-tokens': '5997' };
      expect(readLimits(headers)).toEqual({
        tokens: { limit: 6_000, remaining: 5_997 },
        ...(expected === undefined ? {} : { requests: expected }),
      });
    },
  );
});

describe('secrets', () => {
  it.each([
    ['key sk-proj-abc_DEF-123456 is bad', 'key sk-[redacted] is bad'],
    ['AIzaSyA1234567890abcdefg', 'AIza[redacted]'],
    ['Authorization: Bearer abc.def.ghi', 'Authorization: [redacted]'],
    ['got Bearer abcdefgh', 'got Bearer [redacted]'],
    ['https://h/v1?key=abc123&x=1', 'https://h/v1?key=[redacted]&x=1'],
    ['{"x-goog-api-key":"abc"}', '{"x-goog-api-key":"[redacted]"}'],
    ['http://user:pass@proxy:80', 'http://[redacted]@proxy:80'],
    ['my own-secret+1', 'my [redacted]'],
    ['my own-secret%2B1', 'my [redacted]'],
    ['a task-force of risk-takers at https://h:80/a', 'a task-force of risk-takers at https://h:80/a'],
  ])('%s', (text, clean) => expect(redactSecrets(text, ['own-secret+1', 'ab'])).toBe(clean));
});

describe('providers by name', () => {
  it('are three', () => {
    expect(['openai', 'gemini', 'local_echo'].map((name) => namedProvider(name, { apiKey: 'k' }).name)).toEqual([
      'openai',
      'gemini',
      'local_echo',
    ]);
    expect(namedProvider('openai', { endpoint: 'embeddings', defaultModel: 'm' })).toMatchObject({
      endpoint: '/v1/embeddings',
      defaultModel: 'm',
    });
  });

  it.each([
    ['opnai', 'openai'],
    ['Gemini', 'gemini'],
    ['echo', 'local_echo'],
    ['local-echo', 'local_echo'],
  ])('%s is not one, but %s is near', (wrong, near) => {
    expect(() => namedProvider(wrong)).toThrow(
      `expected "provider" to be one of "openai", "gemini", "local_echo", or a provider object, got "${wrong}"; did you mean "${near}"?`,
    );
  });

  it.each(['anthropic', '__proto__', ''])('%j is not one, and nothing is near', (wrong) => {
    expect(() => namedProvider(wrong)).toThrow(new RegExp(`got "${wrong}"$`));
  });
});
