import { defaultClassify } from '../../lib/provider/default-classify';
import type { Verdict } from '../../lib/provider/provider';
import { readRefusal } from '../../lib/provider/refusal-words';

const openaiWords = (on: string, numbers: string, wait = ''): string =>
  `Rate limit reached for gpt-4o in organization org-x on ${on}: ${numbers}.${wait} Visit https://platform.openai.com/account/rate-limits to learn more.`;
const groqWords = (on: string, numbers: string): string =>
  `Rate limit reached for model \`llama-3.3-70b-versatile\` in organization \`org_x\` service tier \`on_demand\` on ${on}: ${numbers}. Need more tokens? Upgrade to Dev Tier today.`;

const verdict = (message: string, headers: object = {}): Verdict =>
  defaultClassify(Object.assign(new Error(message), { status: 429, headers }));

const held = (more: object): object => ({
  kind: 'rate_limited',
  error: { code: 'rate_limited', status: 429 },
  ...more,
});
const paused = (more: object): object => ({
  ...{ kind: 'stop', status: 'paused', code: 'daily_quota' },
  ...{ error: { code: 'quota_exhausted', status: 429, retryable: true } },
  ...more,
});
const tooLarge = { kind: 'fail', error: { code: 'too_large', retryable: false } };

const tokenHeaders = { 'x-ratelimit-limit-tokens': '9', 'x-ratelimit-remaining-tokens': '1' };
const requestHeaders = { 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': '2' };

describe('a 429 of a minute', () => {
  const tokens = openaiWords(
    'tokens per min (TPM)',
    'Limit 30000, Used 29000, Requested 2000',
    ' Please try again in 2s.',
  );
  const told = { limit: 30_000, remaining: 1_000 };

  it.each<[string, string, object, object]>([
    ['tokens', tokens, {}, held({ waitMs: 2_000, limits: { tokens: told } })],
    [
      'requests',
      openaiWords('requests per min (RPM)', 'Limit 500, Used 500, Requested 1', ' Please try again in 120ms.'),
      {},
      held({ waitMs: 120, limits: { requests: { limit: 500, remaining: 0 } } }),
    ],
    [
      'Groq',
      groqWords('tokens per minute (TPM)', 'Limit 12000, Used 4437, Requested 9854. Please try again in 11.455s'),
      {},
      held({ waitMs: 11_455, limits: { tokens: { limit: 12_000, remaining: 7_563 } } }),
    ],
    [
      'no wait',
      openaiWords('tokens per min (TPM)', 'Limit 90,000, Used 90,000, Requested 1'),
      {},
      held({ limits: { tokens: { limit: 90_000, remaining: 0 } } }),
    ],
    [
      'a fixed minute, whose end says nothing of the rate',
      openaiWords('requests per min (RPM)', 'Limit 100, Used 100, Requested 1', ' Please try again in 37s.'),
      {},
      held({ waitMs: 37_000, limits: { requests: { limit: 100, remaining: 0 } } }),
    ],
    [
      'the headers of that dimension win',
      tokens,
      tokenHeaders,
      held({ limits: { tokens: { limit: 9, remaining: 1 } } }),
    ],
    [
      'headers of the other dimension stand beside',
      tokens,
      requestHeaders,
      held({ limits: { tokens: told, requests: { limit: 5, remaining: 2 } } }),
    ],
    ['the wait of the headers wins', tokens, { 'retry-after': '7' }, held({ waitMs: 7_000, limits: { tokens: told } })],
  ])('of %s', (_name, message, headers, expected) => expect(verdict(message, headers)).toMatchObject(expected));

  it.each([
    ['Rate limit reached for requests per min (RPM). Please try again later.'],
    ['Please slow down.'],
    [groqWords('', 'Limit 500000, Used 499000, Requested 252. Please try again in 1m47.5854s')],
    [openaiWords('tokens per min (TPM)', 'Limit 0, Used 0, Requested 0')],
    [openaiWords('requests per min (RPM)', 'Limit 3')],
  ])('that states no limit in full gives none: %s', (message) => {
    const found = verdict(message);
    expect(found.kind).toBe('rate_limited');
    expect(found).not.toHaveProperty('limits');
  });
});

describe('a 429 that asks for more than a week', () => {
  const week = 7 * 86_400_000;
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toUTCString();
  const inMinutes = (minutes: number): string => String(Math.floor(Date.now() / 1_000) + minutes * 60);

  it.each([
    ['a date far ahead', inDays(30)],
    ['seconds', '2592000'],
    ['no end', '9'.repeat(400)],
  ])('is held for the week: %s', (_name, asked) => {
    expect(verdict('slow down', { 'retry-after': asked })).toMatchObject(held({ waitMs: week }));
  });

  it.each(['99999999999999h', `${'9'.repeat(400)}s`])('in words is held for the week, too: %s', (asked) => {
    const words = (on: string): string =>
      openaiWords(on, 'Limit 3, Used 3, Requested 1', ` Please try again in ${asked}.`);
    expect(verdict(words('requests per min (RPM)'))).toMatchObject(held({ waitMs: week }));
    expect(verdict(words('requests per day (RPD)'))).toMatchObject(paused({ waitMs: week }));
    const used = openaiWords(
      'requests per day (RPD)',
      `Limit 1, Used ${'9'.repeat(30)}, Requested 1`,
      ' Please try again in 5s.',
    );
    expect(verdict(used)).toMatchObject(paused({ waitMs: week }));
  });

  it('is held as long as it says within the week, also by epoch seconds', () => {
    const { waitMs } = verdict('slow down', { 'retry-after': inDays(6) }) as { waitMs: number };
    expect(waitMs / 86_400_000).toBeCloseTo(6, 3);
    const epoch = verdict('slow down', { 'retry-after': inMinutes(10) }) as { waitMs: number };
    expect(Math.abs(epoch.waitMs - 600_000)).toBeLessThan(2_000);
  });

  it('is not believed of a failure that is none of the quota', () => {
    const failure = Object.assign(new Error('x'), { status: 503, headers: { 'retry-after': inDays(30) } });
    expect(defaultClassify(failure)).not.toHaveProperty('waitMs');
  });
});

describe('a 429 of a day', () => {
  const rpd = openaiWords('requests per day (RPD)', 'Limit 200, Used 200, Requested 1', ' Please try again in 7m12s.');
  const silent = openaiWords('requests per day (RPD)', 'Limit 200, Used 200, Requested 1');
  const reset = { ...requestHeaders, 'x-ratelimit-reset-requests': '23h59m0s' };

  it.each<[string, string, object, object]>([
    // One request comes back in 7 minutes, a quarter of them in six hours.
    ['requests, the wait in words', rpd, {}, paused({ waitMs: 21_600_000 })],
    ['requests, the wait in a header', rpd, { 'retry-after': '500' }, paused({ waitMs: 21_600_000 })],
    ['requests, which come back all at once', rpd, { 'retry-after': '1000' }, paused({ waitMs: 1_000_000 })],
    ['requests, in a longer time', rpd, { 'retry-after': '80000' }, paused({ waitMs: 80_000_000 })],
    [
      'one request larger than a quarter',
      openaiWords('tokens per day (TPD)', 'Limit 1000, Used 900, Requested 700', ' Please try again in 14h24m.'),
      {},
      paused({ waitMs: 51_840_000 }),
    ],
    [
      'thousands of requests, the wait a few seconds',
      openaiWords('requests per day (RPD)', 'Limit 10000, Used 10000, Requested 1', ' Please try again in 8.64s.'),
      {},
      paused({ waitMs: 21_600_000 }),
    ],
    [
      'unknown numbers',
      'Limit reached on requests per day (RPD). Please try again in 5m.',
      {},
      paused({ waitMs: 300_000 }),
    ],
    ['requests, a reset header alone', silent, reset, paused({ waitMs: 86_340_000 })],
    [
      'tokens of Groq',
      groqWords('tokens per day (TPD)', 'Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s'),
      {},
      // 2,950 are left of 25,000.
      paused({ waitMs: 19_051_200 }),
    ],
  ])('of %s', (_name, message, headers, expected) => expect(verdict(message, headers)).toMatchObject(expected));

  it.each([
    ['no time at all', silent, {}],
    ['the reset of a minute', silent, { 'x-ratelimit-reset-requests': '58s' }],
    ['the reset of the other dimension', silent, { 'x-ratelimit-reset-tokens': '2h' }],
    ['a reset that no day has', silent, { 'x-ratelimit-reset-requests': '26h' }],
  ])('knows no time from %s', (_name, message, headers) => {
    expect(verdict(message, headers)).toMatchObject(paused({}));
    expect(verdict(message, headers)).not.toHaveProperty('waitMs');
  });

  it('is not one of a minute whose advice speaks of days', () => {
    const advice = 'You can raise your limit of requests per day in the settings.';
    const message = `${openaiWords('requests per min (RPM)', 'Limit 3, Used 3, Requested 1')} ${advice}`;
    expect(verdict(message)).toMatchObject(held({ limits: { requests: { limit: 3, remaining: 0 } } }));
    expect(readRefusal('Rate limit reached for 10KTPM-200RPM-RPD2 on requests per min.').period).toBe('minute');
  });
});

describe('a 429 of more than the limit', () => {
  it.each([
    ['Request too large for m on tokens per min (TPM): Limit 30000, Requested 42000.'],
    [openaiWords('tokens per min (TPM)', 'Limit 30000, Used 0, Requested 30001')],
    [groqWords('tokens per minute (TPM)', 'Limit 7000, Used 0, Requested ~12903. Please try again in 50.597142857s')],
    [groqWords('tokens per day (TPD)', 'Limit 100,000, Used 5, Requested 150,000')],
  ])('fails alone: %s', (message) => expect(verdict(message)).toMatchObject(tooLarge));

  it('is not one of exactly the limit', () => {
    expect(verdict(openaiWords('tokens per min (TPM)', 'Limit 30000, Used 1, Requested 30000')).kind).toBe(
      'rate_limited',
    );
  });
});
