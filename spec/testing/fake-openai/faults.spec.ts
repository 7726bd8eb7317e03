import { setTimeout as delay } from 'node:timers/promises';
import OpenAI6 from 'openai';
import OpenAI7 from 'openai-7';
import { openaiFaults as faults } from '../../../lib/testing/fake-openai/openai-faults.js';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import type { LedgerEntry } from '../../../lib/testing/fake-server/ledger-entry.js';
import { afterwards, type Fault } from '../../../lib/testing/fake-server/fault.js';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'a long enough question' }] };

interface Failure {
  readonly status?: number;
  readonly code?: string;
  readonly name?: string;
  readonly message: string;
  readonly headers?: Headers;
}

describe.each([
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI6],
])('faults, seen by %s', (_name, OpenAI) => {
  let server: FakeServer;
  let client: OpenAI6;

  beforeAll(async () => {
    server = await startFakeOpenAI();
    client = new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
  });
  afterAll(() => server.close());

  const failWith = async (fault: Fault): Promise<Failure> => {
    server.setFaults([{ fault, times: 1 }]);
    return client.chat.completions.create(body).then(
      (answer) => {
        throw new Error(`no failure but ${JSON.stringify(answer)}`);
      },
      (error: unknown) => error as Failure,
    );
  };

  const answerWith = async (fault: Fault): Promise<unknown> => {
    server.setFaults([{ fault, times: 1 }]);
    return client.chat.completions.create(body);
  };

  const last = async (): Promise<LedgerEntry> => {
    await server.idle();
    return server.ledger.entries.at(-1)!;
  };

  it.each([
    ['insufficientQuota', faults.insufficientQuota(), 429, 'insufficient_quota'],
    ['spendLimit', faults.spendLimit('project_spend_limit_exceeded'), 429, 'project_spend_limit_exceeded'],
    ['slowDown', faults.slowDown(), 429, 'slow_down'],
    ['dailyQuota', faults.dailyQuota(), 429, 'rate_limit_exceeded'],
    ['tooLarge', faults.tooLarge(), 429, 'rate_limit_exceeded'],
    ['flexUnavailable', faults.flexUnavailable(), 429, 'resource_unavailable'],
    ['serverError', faults.serverError(), 500, null],
    ['serverError', faults.serverError({ status: 502 }), 502, null],
    ['serverError', faults.serverError({ status: 503 }), 503, null],
    ['overloaded', faults.overloaded(), 503, 'server_is_overloaded'],
    ['unauthorized', faults.unauthorized(), 401, 'invalid_api_key'],
    ['forbidden', faults.forbidden(), 403, 'unsupported_country_region_territory'],
    ['notFound', faults.notFound(), 404, 'model_not_found'],
    ['badRequest', faults.badRequest(), 400, 'invalid_value'],
    ['requestTimeout', faults.requestTimeout(), 408, null],
    ['conflict', faults.conflict(), 409, null],
  ])('%s is an error and is not billed (%#)', async (name, fault, status, code) => {
    expect(await failWith(fault)).toMatchObject({ status, code });
    expect(await last()).toMatchObject({ fault: name, status, billed: false, delivered: true });
  });

  it.each([
    ['retry-after' as const, 'retry-after', /^3$/],
    ['retry-after-date' as const, 'retry-after', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['retry-after-ms' as const, 'retry-after-ms', /^2500$/],
    ['x-ratelimit-reset' as const, 'x-ratelimit-reset-requests', /^2.5s$/],
  ])('rateLimit says when to come back by %s', async (hint, header, value) => {
    const failure = await failWith(faults.rateLimit({ hint, waitMs: 2_500 }));
    expect(failure).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(failure.headers?.get(header)).toMatch(value);
  });

  it('rateLimit can say nothing about when to come back', async () => {
    const { headers } = await failWith(faults.rateLimit({ hint: 'none' }));
    expect([...headers!.keys()].filter((name) => /retry|reset/.test(name))).toEqual([]);
  });

  it.each([
    ['html', faults.html({ status: 503 }), 503],
    ['detailError', faults.detailError(), 422],
    ['arrayError', faults.arrayError(), 400],
    ['flatError', faults.flatError(), 400],
    ['foreignError', faults.foreignError(418, { teapot: true }), 418],
  ])('%s has a body that is not the provider’s', async (name, fault, status) => {
    expect(await failWith(fault)).toMatchObject({ status });
    expect(await last()).toMatchObject({ fault: name, status, billed: false });
  });

  it('reset ends the connection before an answer', async () => {
    expect(await failWith(faults.reset())).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(await last()).toMatchObject({ fault: 'reset', status: 0, billed: false, delivered: false });
    await failWith(faults.reset({ billed: true }));
    expect(await last()).toMatchObject({ status: 0, billed: true });
  });

  it('cut ends the connection in the middle of the body, and is billed', async () => {
    const failure = await failWith(faults.cut());
    expect(failure.status).toBeUndefined();
    expect(await last()).toMatchObject({ fault: 'cut', status: 200, billed: true, delivered: false });
  });

  it.each([
    ['hang', faults.hang(), false],
    ['stall', faults.stall(), true],
  ])('%s lasts until the client gives up', async (name, fault, billed) => {
    server.setFaults([{ fault, times: 1 }]);
    const patience = new AbortController();
    const request = client.chat.completions.create(body, { signal: patience.signal });
    const before = server.ledger.requests;
    while (server.ledger.requests === before) await delay(1);
    setTimeout(() => patience.abort(), 40);
    await expect(request).rejects.toBeDefined();
    expect(await last()).toMatchObject({ fault: name, billed, delivered: false });
  });

  it('slow sends the good answer in pieces', async () => {
    const start = Date.now();
    expect(await answerWith(faults.slow({ overMs: 80 }))).toMatchObject({ object: 'chat.completion' });
    expect(Date.now() - start).toBeGreaterThanOrEqual(75);
    expect(await last()).toMatchObject({ fault: 'slow', billed: true, delivered: true });
  });

  it('truncatedJson is a 200 whose JSON ends early', async () => {
    expect(await failWith(faults.truncatedJson())).toMatchObject({ name: 'SyntaxError' });
    expect(await last()).toMatchObject({ status: 200, billed: true, delivered: true });
  });

  it('emptyBody and plainText are 200s without an answer', async () => {
    expect(await answerWith(faults.emptyBody())).toBeUndefined();
    expect(await answerWith(faults.plainText('hello'))).toBe('hello');
    expect(await last()).toMatchObject({ status: 200, billed: true });
  });

  it.each([
    ['contentFilter', faults.contentFilter(), { finish_reason: 'content_filter', message: { content: null } }],
    ['refusal', faults.refusal(), { message: { content: null, refusal: expect.stringContaining('sorry') } }],
    ['lengthLimit', faults.lengthLimit(), { finish_reason: 'length', message: { content: 'echo: a long e' } }],
  ])('%s is a 200 that is no full answer', async (name, fault, choice) => {
    expect(await answerWith(fault)).toMatchObject({ choices: [choice] });
    expect(await last()).toMatchObject({ fault: name, status: 200, billed: true });
  });

  it.each([
    ['contentFilter', faults.contentFilter(), { status: 'incomplete', output: [] }],
    ['refusal', faults.refusal(), { output: [{ content: [{ type: 'refusal' }] }] }],
    ['lengthLimit', faults.lengthLimit(), { incomplete_details: { reason: 'max_output_tokens' } }],
  ])('%s looks as responses have it', async (_what, fault, expected) => {
    server.setFaults([{ fault, times: 1 }]);
    expect(await client.responses.create({ model: 'm', input: 'hi' })).toMatchObject(expected);
  });

  it('afterwards does the work, bills it and then fails', async () => {
    expect(await failWith(afterwards(faults.serverError()))).toMatchObject({ status: 500 });
    expect(await last()).toMatchObject({ fault: 'serverError afterwards', status: 500, billed: true });
  });
});
