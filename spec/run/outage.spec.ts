import { asyncScheduler, defer, map, switchMap, tap, timer, type Observable } from 'rxjs';
import {
  BatchClient,
  failureVerdict,
  ProviderError,
  type BatchClientOptions,
  type BatchError,
} from '../../lib/index.js';
import { messageOf } from '../../lib/core/errors.js';
import type { Provider, ProviderResponse } from '../../lib/provider/provider.js';
import { marbles } from '../support/marbles.js';

const clients: BatchClient[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

const minute = 60_000;
const unreached = () => new ProviderError(failureVerdict('network', 'getaddrinfo ENOTFOUND', { unreached: true }));
const broken = () => new ProviderError(failureVerdict('server_error', '500 no'));

type Answer = (input: unknown, now: number) => 'ok' | Error;

/** Answers after 100 ms what `answer` says, or fails after 20. */
function open(answer: Answer, options: BatchClientOptions = {}) {
  const sentAt: number[] = [];
  const request = ({ input }: { input: unknown }): Observable<ProviderResponse> =>
    defer(() => {
      sentAt.push(asyncScheduler.now());
      const said = answer(input, asyncScheduler.now());
      return timer(said === 'ok' ? 100 : 20).pipe(
        map(() => {
          if (said !== 'ok') throw said;
          return { output: input };
        }),
      );
    });
  const provider: Provider = { name: 'mine', request: ({ input }) => request({ input }) };
  const client = new BatchClient({ provider, db: ':memory:', concurrency: 8, random: () => 0.5, ...options });
  clients.push(client);
  return { client, sentAt };
}

const items = (count: number) => Array.from({ length: count }, (_, n) => ({ itemId: `i${n}`, input: n }));

interface Told {
  readonly results: Record<string, number>;
  end: string;
  message: string;
  outageSeen: boolean;
}

function watch(client: BatchClient, count: number): Told {
  const told: Told = { results: {}, end: '', message: '', outageSeen: false };
  client.map({ jobId: 'job', items: items(count) }).subscribe({
    next: (event) => {
      if (event.type === 'progress') told.outageSeen ||= event.progress.pacing.outage;
      if (event.type !== 'item') return;
      const key = event.result.ok ? `ok after ${event.result.attempts}` : event.result.error.code;
      told.results[key] = (told.results[key] ?? 0) + 1;
    },
    error: (error: unknown) => Object.assign(told, { end: (error as BatchError).code, message: messageOf(error) }),
    complete: () => (told.end = 'complete'),
  });
  return told;
}

describe('an outage', () => {
  it.each([
    ['without a network', unreached],
    ['of 500s', broken],
  ])('of half an hour, %s, costs no item and hardly a request', (_what, error) => {
    marbles(({ flush }) => {
      const away = (now: number) => now >= 1_000 && now < 31 * minute;
      const { client, sentAt } = open((_input, now) => (away(now) ? error() : 'ok'));
      const told = watch(client, 400);
      flush();
      expect(told).toMatchObject({ end: 'complete', outageSeen: true });
      expect(Object.keys(told.results).filter((key) => !key.startsWith('ok'))).toEqual([]);
      expect(sentAt.filter(away).length).toBeLessThan(160);
      // Back at work at once: nobody sleeps on.
      expect(sentAt.at(-1)).toBeLessThan(32 * minute);
    })();
  });

  it(
    'costs no attempt where nothing was sent, not even the first of a few',
    marbles(({ flush }) => {
      const { client } = open((_input, now) => (now < 20_000 ? unreached() : 'ok'), { maxAttempts: 1 });
      const told = watch(client, 2);
      flush();
      expect(told).toMatchObject({ end: 'complete', results: { 'ok after 1': 2 } });
    }),
  );

  it(
    'longer than maxStallMs pauses the job as unreachable; resume() sends what is left',
    marbles(({ flush }) => {
      let back = false;
      const { client } = open((_input, now) => (back || now < 1_000 ? 'ok' : unreached()), { maxStallMs: 10 * minute });
      const told = watch(client, 200);
      let resumed = '';
      const resume$ = timer(20 * minute).pipe(
        tap(() => (back = true)),
        switchMap(() => client.resume('job')),
      );
      resume$.subscribe({ complete: () => (resumed = 'complete'), error: () => (resumed = 'failed') });
      flush();
      expect(told).toMatchObject({
        end: 'unreachable',
        message: expect.stringContaining('raise maxStallMs') as string,
      });
      expect(told.results).not.toHaveProperty('network');
      expect(resumed).toBe('complete');
    }),
  );

  it(
    'from the first request on is told after half a minute: the base URL may be wrong',
    marbles(({ flush }) => {
      const { client, sentAt } = open(unreached);
      const told = watch(client, 50);
      flush();
      expect(told).toMatchObject({ end: 'unreachable', results: {} });
      expect(told.message).toMatch(/check the base URL and the network.*the last said: getaddrinfo ENOTFOUND/);
      expect(sentAt.at(-1)).toBeGreaterThan(minute / 2 - 16_000);
      expect(sentAt.at(-1)).toBeLessThan(minute);
    }),
  );

  it(
    'is over with a refusal: the server is there again',
    marbles(({ flush }) => {
      let refused = false;
      const { client } = open((_input, now) => {
        if (now < 10_000) return unreached();
        if (refused) return 'ok';
        refused = true;
        return new ProviderError(failureVerdict('rate_limited', 'wait', { waitMs: 200 }));
      });
      const told = watch(client, 50);
      flush();
      expect(told).toMatchObject({ end: 'complete', results: { 'ok after 1': 50 } });
    }),
  );

  it.each([
    ['500', broken],
    ['no connection', unreached],
  ])('is not what the last items fail of, poisoned ones that failed before while others passed: %s', (_what, error) => {
    marbles(({ flush }) => {
      const { client } = open((input) => (Number(input) % 5 === 0 ? error() : 'ok'));
      const told = watch(client, 1_000);
      flush();
      expect(told.end).toBe('complete');
      expect(told.results).toMatchObject({ 'ok after 1': 800 });
      expect(Object.values(told.results)).toEqual(expect.arrayContaining([800, 200]));
    })();
  });

  it(
    'is not known from a few items: they fail after their attempts, as ever',
    marbles(({ flush }) => {
      const { client } = open(broken);
      const told = watch(client, 3);
      flush();
      expect(told).toMatchObject({ end: 'complete', results: { server_error: 3 } });
    }),
  );
});
