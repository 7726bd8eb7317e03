import { geminiFaults, openaiFaults, type FaultPlan } from '../../lib/testing/index.js';
import { items, tell } from '../support/clients.js';
import { bench, expectPaidOnce, outcomeOf } from './support/native-job.js';

const hour = 3_600_000;

/** As 5 a day are refused: the next comes within 4.8 hours. */
const afterFive: FaultPlan = [{ fault: openaiFaults.dailyQuota({ waitMs: 4.8 * hour }), requests: (n) => n > 5 }];

const pacific = (at: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Los_Angeles', timeStyle: 'short' }).format(at);

// A quota of the day is a 429 like any other, and clients retry it until their attempts, or the day, are over.
describe('a spent day', () => {
  const { openai, gemini, client, run } = bench();

  it.each([
    ['in words alone', { requestsPerDay: 5, rateLimitHeaders: false }],
    ['in words and headers', { requestsPerDay: 5 }],
    ['while headers of requests per day promise more', { requestsPerDay: 1_000, faults: afterFive }],
  ])('of OpenAI and Groq, %s, pauses with the time of its reset, and is resumed', async (_how, options) => {
    const server = await openai(options);
    const from = Date.now();
    const stopped = await run(20, { mode: 'emulated', concurrency: 3, maxAttempts: 1 });
    expect(stopped.error).toMatchObject({ code: 'daily_quota' });
    expect(stopped.error?.until).toBeGreaterThan(from + 4 * hour);
    expect(stopped.error?.until).toBeLessThanOrEqual(Date.now() + 6 * hour);
    expect(stopped.info).toMatchObject({ status: 'paused', ok: 5, pending: 15, failed: 0 });
    expect(server.ledger.refusals).toBeLessThanOrEqual(3);

    server.setQuota({ requestsPerDay: undefined });
    server.setFaults([]);
    const outcome = await outcomeOf(client().resume('job'));
    expect(outcome.info).toMatchObject({ status: 'completed', ok: 20, pending: 0, reason: null });
    expectPaidOnce(server);
  });

  it('of Gemini pauses until midnight Pacific, whatever it asks to wait, and is resumed', async () => {
    const server = await gemini({ requestsPerDay: 5 });
    const stopped = await run(20, { mode: 'emulated', concurrency: 3, maxAttempts: 1 });
    expect(stopped.error).toMatchObject({ code: 'daily_quota' });
    expect(pacific(stopped.error?.until ?? 0)).toBe('00:00');
    expect(stopped.error?.until).toBeLessThan(Date.now() + 25 * hour);
    expect(stopped.info).toMatchObject({ status: 'paused', ok: 5, pending: 15, failed: 0 });
    expect(server.ledger.refusals).toBeLessThanOrEqual(3);

    server.setQuota({ requestsPerDay: undefined });
    const outcome = await outcomeOf(client().resume('job'));
    expect(outcome.info).toMatchObject({ status: 'completed', ok: 20, pending: 0 });
    expectPaidOnce(server);
  });

  it('is known to whoever looks later', async () => {
    await openai({ faults: [{ fault: openaiFaults.dailyQuota({ waitMs: 2 * hour }) }] });
    const { error, events } = await run(3, { mode: 'emulated', concurrency: 1 });
    const until = error?.until;
    expect(until).toBeGreaterThan(Date.now() + 1.9 * hour);
    expect(events.at(-1)).toMatchObject({ progress: { status: 'paused', reason: { code: 'daily_quota', until } } });
    const later = client();
    expect((await later.job('job').info()).reason).toMatchObject({ code: 'daily_quota', until });
    expect((await tell(later.job('job').events())).error).toMatchObject({ code: 'daily_quota', until });
    expect(await later.job('job').progress()).toMatchObject({ reason: { until } });
  });

  it('without a time is told without one, as it was before times were told', async () => {
    const words = 'Rate limit reached for m on requests per day (RPD): Limit 200, Used 200, Requested 1.';
    const fault = openaiFaults.foreignError(429, { error: { message: words, code: 'rate_limit_exceeded' } });
    await openai({ faults: [{ fault }] });
    const { error, info } = await run(3, { mode: 'emulated', concurrency: 1 });
    expect(error).toMatchObject({ code: 'daily_quota' });
    expect(error).not.toHaveProperty('until');
    expect(info.reason).toEqual({ code: 'daily_quota', message: words });
    expect(info.status).toBe('paused');
  });

  it.each([
    ['OpenAI', 'openai', openaiFaults.dailyQuota({ waitMs: 2 * hour })],
    ['Gemini', 'gemini', geminiFaults.dailyQuota()],
  ] as const)('at the creation of a batch of %s pauses, too, and is resumed', async (_name, which, fault) => {
    const server = await { openai, gemini }[which]({ faults: [{ on: 'batches.create', fault }] });
    const stopped = await run(3);
    expect(stopped.error).toMatchObject({ code: 'daily_quota', until: expect.any(Number) });
    expect(stopped.error?.until).toBeGreaterThan(Date.now());
    expect(stopped.info).toMatchObject({ status: 'paused', pending: 3, reason: { until: stopped.error?.until } });
    expect(server.ledger.refusals).toBe(1);
    server.setFaults([]);
    expect((await outcomeOf(client().resume('job'))).info).toMatchObject({ status: 'completed', ok: 3 });
    expectPaidOnce(server);
  });

  it('of a provider of one’s own is told as it says', async () => {
    const provider = {
      name: 'mine',
      request: () => {
        throw Object.assign(new Error('Rate limit reached on tokens per day (TPD): Limit 9, Used 9, Requested 1.'), {
          status: 429,
          headers: { 'retry-after': '3600' },
        });
      },
    };
    const job = client({ provider, baseURL: undefined, apiKey: undefined }).map({ items: items(1), mode: 'emulated' });
    const { error } = await tell(job);
    expect(error).toMatchObject({ code: 'daily_quota' });
    expect((error?.until ?? 0) - Date.now()).toBeGreaterThan(0.9 * hour);
  });
});
