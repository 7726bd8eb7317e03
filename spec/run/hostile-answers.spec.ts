import { ProviderError, type Provider, type ProviderResponse, type Verdict } from '../../lib/index.js';
import { mostNesting } from '../../lib/core/json-value.js';
import { finalFailure } from '../../lib/provider/provider-error.js';
import { items, tell, testClients } from '../support/clients.js';
import { cpuTimer } from '../support/cpu-time.js';

const clients = testClients();

/** Item `i0` gets the strange answer, `i1` an ordinary one. */
async function ask(strange: () => unknown, classify?: Provider['classify']) {
  const provider: Provider = {
    name: 'strange',
    request: ({ itemId }) => {
      const answer = itemId === 'i0' ? strange() : { output: 'fine' };
      return Promise.resolve(answer as ProviderResponse);
    },
    ...(classify === undefined ? {} : { classify }),
  };
  const client = clients.open({ provider, db: ':memory:', maxAttempts: 2, backoffBaseMs: 1 });
  const job = client.map({ items: items(2) });
  const { last, error } = await tell(job);
  expect(error).toBeUndefined();
  expect(last).toMatchObject({ type: 'complete', progress: { total: 2, done: 2 } });
  const results = await job.resultsDict();
  expect(results['i1']).toMatchObject({ ok: true, output: 'fine' });
  return { result: results['i0'], tokens: (await job.progress()).tokens };
}

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const blow = (): never => {
  throw new Error('blown');
};
const circle: Record<string, unknown> = {};
circle['self'] = circle;

describe('an answer that cannot be stored does not end the job', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['nested 100,000 levels deep', () => nested(100_000), /nested more than 1000 levels deep/],
    ['a circle', () => circle, /nested more than 1000 levels deep/],
    ['a bigint', () => 1n, /a bigint/],
    ['an object with a bigint', () => ({ n: [{ m: 1n }] }), /a bigint/],
    ['a toJSON that gives a bigint', () => ({ toJSON: () => 1n }), /a bigint/],
    ['a toJSON that gives undefined', () => ({ toJSON: () => undefined }), /a toJSON that gives nothing/],
    ['a toJSON that gives NaN', () => ({ toJSON: () => NaN }), /NaN/],
    ['NaN', () => NaN, /NaN$/],
    ['an object with Infinity', () => ({ a: [1, -Infinity] }), /too large to be kept \(-Infinity\) at "a.1"$/],
    ['a Map', () => new Map([[1, 2]]), /an object \(Map\) that JSON has as \{\}$/],
    ['a Promise', () => Promise.resolve(1), /an object \(Promise\) that JSON has as \{\}$/],
    ['a function', () => () => 1, /a function/],
    ['a toJSON that throws', () => ({ toJSON: () => blow() }), /blown/],
  ])('its output is %s: that item fails', async (_what, output, message) => {
    const { result } = await ask(() => ({ output: output() }));
    expect(result).toMatchObject({ ok: false, attempts: 1, error: { code: 'invalid_response', retryable: false } });
    expect(result?.ok === false && result.error.message).toMatch(message);
  });

  it.each<[string, () => unknown]>([
    ['a getter that throws', () => Object.defineProperty({}, 'output', { get: () => blow() })],
    ['a proxy that throws', () => new Proxy({}, { has: () => blow() })],
    ['nothing', () => undefined],
    ['text', () => 'output'],
  ])('it is %s: that item fails', async (_what, answer) => {
    const { result } = await ask(answer);
    expect(result).toMatchObject({ ok: false, attempts: 1, error: { code: 'invalid_response' } });
  });

  it.each<[string, () => unknown]>([
    ['nested 100,000 levels deep', () => nested(100_000)],
    ['a circle', () => circle],
    ['a bigint', () => 1n],
    ['an object with a bigint', () => ({ id: 1n })],
  ])('its raw body is %s: the answer was paid for and is kept', async (_what, raw) => {
    const { result } = await ask(() => ({ output: 'paid', raw: raw() }));
    expect(result).toEqual({ itemId: 'i0', ok: true, output: 'paid', attempts: 1 });
  });

  it('its raw body has what JSON keeps otherwise: that is kept as JSON has it', async () => {
    const { result } = await ask(() => ({ output: 'paid', raw: { n: NaN, headers: new Map(), id: 7 } }));
    expect(result?.raw).toMatchObject({ id: 7 });
  });

  it('keeps what JSON can have, whatever its class', async () => {
    class Answer {
      toJSON(): this {
        return this;
      }
    }
    const output = { none: {}, bare: Object.create(null) as object, own: new Answer(), at: new Date(0), bytes: new Uint8Array() }; // prettier-ignore
    const { result } = await ask(() => ({ output }));
    expect(result).toMatchObject({ ok: true });
  });

  it('the raw body of a failure has a bigint: the failure is kept', async () => {
    const failed = new ProviderError(finalFailure('content_filtered', 'no', { raw: { id: 1n } }));
    const { result } = await ask(() => Promise.reject(failed));
    expect(result).toMatchObject({ ok: false, error: { code: 'content_filtered', message: 'no' } });
    expect(result).not.toHaveProperty('raw');
  });

  it('its limits are bigints: nothing is known of limits, and nothing breaks', async () => {
    const reading = { limit: 10n, remaining: 5n, resetMs: 1n };
    const { result } = await ask(() => ({ output: 'paid', limits: { requests: reading, tokens: reading } }));
    expect(result).toEqual({ itemId: 'i0', ok: true, output: 'paid', attempts: 1 });
  });

  it('keeps what is nested as deep as may be', async () => {
    const raw = nested(mostNesting - 1);
    const { result } = await ask(() => ({ output: 'paid', raw }));
    expect(JSON.stringify(result?.raw)).toBe(JSON.stringify(raw));
  });

  it.each([
    { inputTokens: NaN, outputTokens: 1 },
    { inputTokens: '5', outputTokens: 1 },
    { inputTokens: 5n, outputTokens: 1n },
    { inputTokens: -1 },
    null,
    1e308,
  ])('its usage is %j: nothing is counted, and nothing breaks', async (usage) => {
    const { result, tokens } = await ask(() => ({ output: 'paid', usage }));
    expect(result).toEqual({ itemId: 'i0', ok: true, output: 'paid', attempts: 1 });
    expect(tokens).toEqual({ input: 0, output: 0 });
  });
});

describe('what cannot be judged is tried again and does not end the job', () => {
  const weird = Object.defineProperty({}, 'message', { get: () => blow() });

  it.each<[string, unknown]>([
    ['null', null],
    ['an object without a prototype', Object.create(null)],
    ['an error whose message throws', weird],
    ['a symbol', Symbol('s')],
  ])('%s', async (_what, thrown) => {
    const { result } = await ask(() => {
      throw thrown;
    });
    expect(result).toMatchObject({ ok: false, attempts: 2, error: { code: 'server_error' } });
  });

  it.each<[string, () => unknown]>([
    ['throws', () => blow()],
    ['gives nothing', () => undefined],
    ['gives another word', () => ({ kind: 'maybe' })],
    ['gives a verdict without an error', () => ({ kind: 'retry' })],
  ])('a classify that %s', async (_what, classify) => {
    const strange = (): never => {
      throw new Error('refused');
    };
    const { result } = await ask(strange, classify as Provider['classify']);
    expect(result).toMatchObject({ ok: false, attempts: 2, error: { message: 'refused' } });
  });

  it.each<[string, object]>([
    ['a status that JSON cannot hold', { kind: 'fail', error: { code: 'too_large', message: 'no', status: 5n } }],
    ['a wait that is no number', { kind: 'retry', error: { code: 'network', message: 'refused' }, waitMs: 5n }],
    ['a wait without end', { kind: 'retry', error: { code: 'network', message: 'refused' }, waitMs: NaN }],
  ])('a verdict with %s', async (_what, verdict) => {
    const strange = (): never => {
      throw new Error('refused');
    };
    const { result } = await ask(strange, () => verdict as Verdict);
    expect(result).toMatchObject({ ok: false, attempts: 2, error: { message: 'refused' } });
  });

  it('a refusal with limits and a wait that are no numbers', async () => {
    let asked = 0;
    const limits = { requests: { limit: 1n, remaining: 0n } };
    const error = { code: 'rate_limited', message: 'slow down', retryable: true };
    const verdict = { kind: 'rate_limited', error, waitMs: 'soon', limits };
    const { result } = await ask(
      () => {
        if (asked++ === 0) throw new Error('refused');
        return { output: 'paid' };
      },
      () => verdict as unknown as Verdict,
    );
    expect(result).toMatchObject({ ok: true, output: 'paid' });
  });

  it('a message of 20 MB of open tags', async () => {
    const usedMs = cpuTimer();
    const { result } = await ask(() => {
      throw new Error('<title'.repeat(3_000_000));
    });
    expect(result).toMatchObject({ ok: false, attempts: 2 });
    expect(usedMs()).toBeLessThan(5_000);
  });
});

it.each<[string, object]>([
  ['metadata', { metadata: circle }],
  ['metadata', { metadata: nested(100_000) }],
  ['metadata', { metadata: 7n }],
  ['params', { params: { deep: nested(100_000) } }],
])('a job whose %s cannot be stored is refused by name, before anything is', async (field, more) => {
  const client = clients.open({ db: ':memory:' });
  expect(() => client.map({ items: items(1), ...more })).toThrow(
    new RegExp(`^map\\(\\): expected "${field}" to be .* written as JSON`),
  );
  expect(await client.jobs()).toEqual([]);
});
