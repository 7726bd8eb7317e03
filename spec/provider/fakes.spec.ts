import type { Provider } from '../../lib/provider/provider';
import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';
import { geminiFaults } from '../../lib/testing/fake-gemini/gemini-faults';
import { startFakeGemini } from '../../lib/testing/fake-gemini/start-fake-gemini';
import { openaiFaults } from '../../lib/testing/fake-openai/openai-faults';
import { startFakeOpenAI } from '../../lib/testing/fake-openai/start-fake-openai';
import { ManualClock } from '../../lib/testing/fake-server/clock';
import type { FakeServer } from '../../lib/testing/fake-server/fake-server';
import { ask, item, verdict } from './support/ask';
import { geminiMajors, openaiMajors } from './support/majors';

describe.each(openaiMajors)('%s and the fake OpenAI', (_name, sdk) => {
  let server: FakeServer;
  const open: Provider[] = [];
  const make = (endpoint: string): Provider => {
    const provider = openai({ sdk, endpoint, baseURL: server.url, apiKey: 'k-12345678', defaultModel: 'gpt-4o-mini' });
    open.push(provider);
    return provider;
  };
  beforeAll(async () => void (server = await startFakeOpenAI({ requestsPerMinute: 1e6, tokensPerMinute: 1e9 })));
  afterAll(async () => {
    for (const provider of open) await provider.close?.();
    await server.close();
  });

  it.each(['chat', 'responses'])('%s: answers with usage and limits', async (endpoint) => {
    server.setFaults([]);
    const found = await ask(make(endpoint), item('Return OK'));
    expect(found.output).toBe('echo: Return OK');
    expect(found.usage?.inputTokens).toBeGreaterThan(0);
    expect(found.limits?.requests?.limit).toBe(1e6);
  });

  it.each([
    ['with headers', true],
    ['in words alone', false],
  ])('a spent minute tells the limit, its wait and its reset, %s', async (_how, rateLimitHeaders) => {
    const clock = new ManualClock();
    await using spent = await startFakeOpenAI({ requestsPerMinute: 4, rateLimitHeaders, clock });
    const provider = openai({ sdk, baseURL: spent.url, apiKey: 'k-12345678', defaultModel: 'm' });
    open.push(provider);
    for (let n = 0; n < 4; n++) await ask(provider, item('hi'));
    expect(await verdict(provider, item('hi'))).toMatchObject({
      kind: 'rate_limited',
      waitMs: 15_000,
      limits: { requests: { limit: 4, remaining: 0 } },
    });
  });

  it('embeddings: answers vectors', async () => {
    const { output } = await ask(make('embeddings'), item({ input: ['a', 'b'] }));
    expect(output).toEqual([expect.any(Array), expect.any(Array)]);
  });

  it.each([
    ['rateLimit', openaiFaults.rateLimit(), 'rate_limited', 'rate_limited'],
    ['slowDown', openaiFaults.slowDown(), 'rate_limited', 'rate_limited'],
    ['dailyQuota', openaiFaults.dailyQuota(), 'stop', 'quota_exhausted'],
    ['flexUnavailable', openaiFaults.flexUnavailable(), 'rate_limited', 'rate_limited'],
    ['tooLarge', openaiFaults.tooLarge(), 'fail', 'too_large'],
    ['insufficientQuota', openaiFaults.insufficientQuota(), 'stop', 'quota_exhausted'],
    ['spendLimit', openaiFaults.spendLimit(), 'stop', 'quota_exhausted'],
    ['unauthorized', openaiFaults.unauthorized(), 'stop', 'auth'],
    ['forbidden', openaiFaults.forbidden(), 'stop', 'auth'],
    ['notFound', openaiFaults.notFound(), 'fail', 'invalid_request'],
    ['badRequest', openaiFaults.badRequest(), 'fail', 'invalid_request'],
    ['overloaded', openaiFaults.overloaded(), 'retry', 'server_error'],
    ['conflict', openaiFaults.conflict(), 'retry', 'server_error'],
    ['requestTimeout', openaiFaults.requestTimeout(), 'retry', 'timeout'],
    ['contentFilter', openaiFaults.contentFilter(), 'fail', 'content_filtered'],
    ['refusal', openaiFaults.refusal(), 'fail', 'content_filtered'],
    ['reset', openaiFaults.reset(), 'retry', 'network'],
    ['cut', openaiFaults.cut(), 'retry', 'network'],
    ['emptyBody', openaiFaults.emptyBody(), 'retry', 'invalid_response'],
    ['truncatedJson', openaiFaults.truncatedJson(), 'retry', 'invalid_response'],
    ['plainText', openaiFaults.plainText(), 'retry', 'invalid_response'],
    ['html', openaiFaults.html(), 'retry', 'server_error'],
    ['detailError', openaiFaults.detailError(), 'fail', 'invalid_request'],
  ] as const)('%s', async (_fault, fault, kind, code) => {
    server.setFaults([{ fault }]);
    expect(await verdict(make('chat'), item('hi'))).toMatchObject({ kind, error: { code } });
  });

  it('takes a text cut at its limit for an answer', async () => {
    server.setFaults([{ fault: openaiFaults.lengthLimit() }]);
    await expect(ask(make('chat'), item('one two three four'))).resolves.toHaveProperty('output');
  });
});

describe.each(geminiMajors)('%s and the fake Gemini', (_name, sdk) => {
  let server: FakeServer;
  let provider: Provider;
  beforeAll(async () => {
    server = await startFakeGemini({ thoughtTokens: 7 });
    provider = gemini({ sdk, baseURL: server.url, apiKey: 'k-12345678', defaultModel: 'gemini-2.5-flash' });
  });
  afterAll(async () => {
    await provider.close?.();
    await server.close();
  });

  it('answers, thoughts billed', async () => {
    server.setFaults([]);
    const found = await ask(provider, item('Return OK'));
    expect(found.output).toBe('echo: Return OK');
    expect(found.usage?.outputTokens).toBeGreaterThan(7);
  });

  it('answers vectors', async () => {
    const embed = gemini({
      sdk,
      endpoint: 'embedContent',
      baseURL: server.url,
      apiKey: 'k-12345678',
      defaultModel: 'gemini-embedding-001',
    });
    expect((await ask(embed, item('a'))).output).toContainEqual(expect.any(Number));
    await embed.close?.();
  });

  it.each([
    ['rateLimit', geminiFaults.rateLimit({ waitMs: 1_500 }), 'rate_limited', 'rate_limited'],
    ['exhausted', geminiFaults.exhausted(), 'rate_limited', 'rate_limited'],
    ['dailyQuota', geminiFaults.dailyQuota(), 'stop', 'quota_exhausted'],
    ['overloaded', geminiFaults.overloaded(), 'retry', 'server_error'],
    ['invalidKey', geminiFaults.invalidKey(), 'stop', 'auth'],
    ['forbidden', geminiFaults.forbidden(), 'stop', 'auth'],
    ['notFound', geminiFaults.notFound(), 'fail', 'invalid_request'],
    ['badRequest', geminiFaults.badRequest(), 'fail', 'invalid_request'],
    ['blockedPrompt', geminiFaults.blockedPrompt(), 'fail', 'content_filtered'],
    ['blockedAnswer', geminiFaults.blockedAnswer(), 'fail', 'content_filtered'],
    ['reset', geminiFaults.reset(), 'retry', 'network'],
    ['cut', geminiFaults.cut(), 'retry', 'network'],
    ['emptyBody', geminiFaults.emptyBody(), 'retry', 'invalid_response'],
    ['html', geminiFaults.html(), 'retry', 'server_error'],
  ] as const)('%s', async (_fault, fault, kind, code) => {
    server.setFaults([{ fault }]);
    expect(await verdict(provider, item('hi'))).toMatchObject({ kind, error: { code } });
  });

  it('takes a text cut at its limit for an answer', async () => {
    server.setFaults([{ fault: geminiFaults.maxTokens() }]);
    await expect(ask(provider, item('one two three four'))).resolves.toHaveProperty('output');
  });
});
