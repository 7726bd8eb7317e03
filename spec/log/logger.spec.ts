import { openPacing, type Progress } from '../../lib/core/progress.js';
import { logger, logLine, type Log } from '../../lib/log/logger.js';
import { progress } from '../cli/support/fixtures.js';

const line = (change: Partial<Progress>): string =>
  logLine({ type: 'progress', jobId: 'j', seq: 1, at: 0, progress: { ...progress, ...change } });

describe('logLine', () => {
  it.each<[Partial<Progress>, string]>([
    [{}, '120/2000 done, 117 ok, 3 failed, 50 in flight, 800/min'],
    [
      {
        pacing: {
          ...openPacing,
          window: 60,
          requests: { perMinute: 3_500, source: 'provider' },
          tokens: { perMinute: 29_999.7, source: 'search' },
        },
      },
      '120/2000 done, 117 ok, 3 failed, 50/60 in flight, 800/min, 840/3500 req/min, 12345/30000 tok/min',
    ],
    [
      { pacing: { ...openPacing, state: 'held', until: 1_000, tokens: { perMinute: 30_000, source: 'option' } } },
      '120/2000 done, 117 ok, 3 failed, 50 in flight, 800/min, 12345/30000 tok/min, held until 1970-01-01T00:00:01.000Z',
    ],
    [
      { pacing: { ...openPacing, state: 'held', until: 1_000, outage: true } },
      '120/2000 done, 117 ok, 3 failed, 50 in flight, 800/min, nothing is answered, next try at 1970-01-01T00:00:01.000Z',
    ],
    [
      {
        status: 'paused',
        reason: { code: 'daily_quota', message: 'no more today' },
        pacing: { ...openPacing, window: 60, requests: { perMinute: 3_500, source: 'provider' } },
      },
      '120/2000 done, 117 ok, 3 failed, 50 in flight, 800/min (daily_quota: no more today)',
    ],
  ])('of %j', (change, text) => expect(line(change)).toBe(`job j: ${text}`));
});

describe('a log that fails', () => {
  it.each<[string, Log]>([
    ['throws', () => { throw new Error('full'); }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('full')) as never],
  ])('and %s is a warning, once, and nobody else’s failure', async (_how, write) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const log = logger(write, {})!;
    log('one');
    log('two');
    await new Promise(setImmediate);
    expect(warn.mock.calls).toEqual([['The log failed: full', expect.objectContaining({ code: 'OPENAPI_BATCH_LOG' })]]);
    warn.mockRestore();
  });
});
