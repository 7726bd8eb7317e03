import '../../support/node-dispatcher.js';
import { GoogleGenAI } from '@google/genai';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';

const clock = new ManualClock();
let server: FakeServer;

const ask = (characters: number, maxOutputTokens = 1): Promise<unknown> =>
  new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: server.url } }).models.generateContent({
    model: 'gemini-2.5-flash',
    contents: 'x'.repeat(characters),
    config: { maxOutputTokens },
  });

afterEach(() => server.close());

it('refuses the request after the last, says when to come back, and means it', async () => {
  server = await startFakeGemini({ clock, requestsPerMinute: 3 });
  for (let n = 0; n < 3; n++) await ask(4);
  await expect(ask(4)).rejects.toMatchObject({ status: 429, message: expect.stringContaining('"retryDelay":"20s"') });
  clock.advance(19_999);
  await expect(ask(4)).rejects.toMatchObject({
    status: 429,
    message: expect.stringContaining('"retryDelay":"0.001s"'),
  });
  clock.advance(1);
  await ask(4);
});

it('charges input tokens, not the output limit', async () => {
  server = await startFakeGemini({ clock, tokensPerMinute: 100 });
  await ask(200, 10_000);
  await ask(200, 10_000);
  await expect(ask(4)).rejects.toMatchObject({
    status: 429,
    message: expect.stringContaining('InputTokensPerModelPerMinute'),
  });
});

it('asks to wait even for a request that can never pass, as Gemini does', async () => {
  server = await startFakeGemini({ clock, tokensPerMinute: 100 });
  await expect(ask(404)).rejects.toMatchObject({ status: 429, message: expect.stringContaining('"retryDelay":"60s"') });
});

describe('a quota of the day', () => {
  const perDay = (metric: string): object => ({ status: 429, message: expect.stringContaining(metric) });

  it('asks for a short wait that does not help, and begins anew at midnight Pacific', async () => {
    const night = new ManualClock(Date.parse('2026-11-22T20:00:00Z'));
    server = await startFakeGemini({ clock: night, requestsPerDay: 2 });
    await ask(4);
    await ask(4);
    await expect(ask(4)).rejects.toMatchObject(perDay('"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"'));
    await expect(ask(4)).rejects.toMatchObject(perDay('"retryDelay":"34s"'));
    night.advance(12 * 3_600_000 - 1);
    await expect(ask(4)).rejects.toMatchObject({ status: 429 });
    night.advance(1);
    await ask(4);
    await ask(4);
    await expect(ask(4)).rejects.toMatchObject({ status: 429 });
  });

  it('may be one of tokens', async () => {
    server = await startFakeGemini({ clock, tokensPerDay: 100 });
    await ask(396);
    await expect(ask(8)).rejects.toMatchObject(perDay('"quotaId":"GenerateContentInputTokensPerModelPerDay-FreeTier"'));
  });
});
