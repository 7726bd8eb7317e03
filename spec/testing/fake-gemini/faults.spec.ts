import '../../support/node-dispatcher.js';
import { setTimeout as delay } from 'node:timers/promises';
import { GoogleGenAI as GenAI2 } from '@google/genai';
import { GoogleGenAI as GenAI3 } from 'genai-3';
import { geminiFaults as faults } from '../../../lib/testing/fake-gemini/gemini-faults.js';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import type { LedgerEntry } from '../../../lib/testing/fake-server/ledger-entry.js';
import type { Fault } from '../../../lib/testing/fake-server/fault.js';
import { geminiSchemas } from '../../support/api-description.js';

const isContent = geminiSchemas()('GenerateContentResponse');
const request = { model: 'gemini-2.5-flash', contents: 'a long enough question' };

interface Failure {
  readonly name?: string;
  readonly status?: number;
  readonly message: string;
}

describe.each([
  ['genai 2', GenAI2],
  ['genai 3', GenAI3 as unknown as typeof GenAI2],
])('faults, seen by %s', (_name, GenAI) => {
  let server: FakeServer;
  let ai: GenAI2;

  beforeAll(async () => {
    server = await startFakeGemini();
    ai = new GenAI({ apiKey: 'any', httpOptions: { baseUrl: server.url } });
  });
  afterAll(() => server.close());

  const failWith = async (fault: Fault): Promise<Failure> => {
    server.setFaults([{ fault, times: 1 }]);
    return ai.models.generateContent(request).then(
      () => {
        throw new Error('no failure');
      },
      (error: unknown) => error as Failure,
    );
  };

  const answerWith = (fault: Fault): Promise<Awaited<ReturnType<typeof ai.models.generateContent>>> => {
    server.setFaults([{ fault, times: 1 }]);
    return ai.models.generateContent(request);
  };

  const last = async (): Promise<LedgerEntry> => {
    await server.idle();
    return server.ledger.entries.at(-1)!;
  };

  it.each([
    ['serverError', faults.serverError(), 500, 'INTERNAL'],
    ['serverError', faults.serverError({ status: 502 }), 502, 'UNAVAILABLE'],
    ['serverError', faults.serverError({ status: 504 }), 504, 'DEADLINE_EXCEEDED'],
    ['overloaded', faults.overloaded(), 503, 'The model is overloaded'],
    ['exhausted', faults.exhausted(), 429, 'RESOURCE_EXHAUSTED'],
    ['invalidKey', faults.invalidKey(), 400, 'API_KEY_INVALID'],
    ['unauthorized', faults.unauthorized(), 401, 'UNAUTHENTICATED'],
    ['forbidden', faults.forbidden(), 403, 'PERMISSION_DENIED'],
    ['notFound', faults.notFound(), 404, 'NOT_FOUND'],
    ['badRequest', faults.badRequest(), 400, 'INVALID_ARGUMENT'],
    ['requestTimeout', faults.requestTimeout(), 408, 'DEADLINE_EXCEEDED'],
    ['conflict', faults.conflict(), 409, 'ABORTED'],
    ['arrayError', faults.arrayError(), 400, 'INVALID_ARGUMENT'],
    ['html', faults.html(), 502, '<html>'],
  ])('%s is an error and is not billed (%#)', async (name, fault, status, words) => {
    const failure = await failWith(fault);
    expect(failure).toMatchObject({ name: 'ApiError', status });
    expect(failure.message).toContain(words);
    expect(await last()).toMatchObject({ fault: name, status, billed: false, delivered: true });
  });

  it('rateLimit says when to come back by RetryInfo, and which quota it was', async () => {
    const { status, message } = await failWith(faults.rateLimit({ waitMs: 33_800, period: 'tokensPerMinute' }));
    expect(status).toBe(429);
    const { error } = JSON.parse(message) as { error: { details: Record<string, unknown>[] } };
    expect(error.details).toEqual([
      expect.objectContaining({
        violations: [expect.objectContaining({ quotaId: expect.stringContaining('PerMinute') })],
      }),
      expect.objectContaining({ '@type': expect.stringContaining('Help') }),
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '33.8s' },
    ]);
  });

  it('rateLimit can say it by a header, or not at all', async () => {
    expect((await failWith(faults.rateLimit({ hint: 'none' }))).message).not.toContain('RetryInfo');
    server.setFaults([{ fault: faults.rateLimit({ hint: 'retry-after', waitMs: 2_000 }), times: 1 }]);
    const headers = { 'x-goog-api-key': 'any' };
    const answer = await fetch(`${server.url}/v1beta/models/m:generateContent`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  it('dailyQuota names a quota per day', async () => {
    const failure = await failWith(faults.dailyQuota());
    expect(failure.status).toBe(429);
    expect(failure.message).toContain('GenerateRequestsPerDayPerProjectPerModel-FreeTier');
  });

  it.each([
    ['reset', faults.reset(), false],
    ['cut', faults.cut(), true],
  ])('%s ends the connection', async (name, fault, billed) => {
    expect(await failWith(fault)).toBeDefined();
    expect(await last()).toMatchObject({ fault: name, billed, delivered: false });
  });

  it.each([
    ['hang', faults.hang(), false],
    ['stall', faults.stall(), true],
  ])('%s lasts until the client gives up', async (name, fault, billed) => {
    server.setFaults([{ fault, times: 1 }]);
    const patience = new AbortController();
    const answer = ai.models.generateContent({ ...request, config: { abortSignal: patience.signal } });
    const before = server.ledger.requests;
    while (server.ledger.requests === before) await delay(1);
    setTimeout(() => patience.abort(), 40);
    await expect(answer).rejects.toBeDefined();
    expect(await last()).toMatchObject({ fault: name, billed, delivered: false });
  });

  it('truncatedJson and emptyBody are 200s that cannot be read', async () => {
    expect(await failWith(faults.truncatedJson())).toBeDefined();
    expect(await last()).toMatchObject({ status: 200, billed: true });
    expect(await failWith(faults.emptyBody())).toBeDefined();
  });

  it('blockedPrompt is a 200 without candidates', async () => {
    const answer = await answerWith(faults.blockedPrompt('SAFETY'));
    expect(answer.text).toBeUndefined();
    expect(answer.promptFeedback).toMatchObject({ blockReason: 'SAFETY' });
    expect(answer.candidates).toBeUndefined();
  });

  it('blockedAnswer is a 200 whose candidate has no content', async () => {
    const answer = await answerWith(faults.blockedAnswer('RECITATION'));
    expect(answer.candidates).toEqual([{ finishReason: 'RECITATION', index: 0 }]);
    expect(answer.usageMetadata?.candidatesTokenCount).toBeUndefined();
  });

  it('maxTokens is a 200 with half of the text', async () => {
    const answer = await answerWith(faults.maxTokens());
    expect(answer).toMatchObject({ text: 'echo: a long e', candidates: [{ finishReason: 'MAX_TOKENS' }] });
  });
});

it.each([faults.blockedPrompt(), faults.blockedAnswer(), faults.maxTokens()])(
  '$name answers as the description says',
  async (fault) => {
    await using server = await startFakeGemini({ faults: [{ fault }] });
    const answer = await fetch(`${server.url}/v1beta/models/m:generateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'any' },
      body: JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] }),
    });
    expect(isContent(await answer.json())).toEqual([]);
  },
);
