import { defer, finalize, retry, type Observable } from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { WireJob } from '../http/wire.js';
import type { ConnectionMonitor } from './connection.js';
import { Patience } from './patience.js';
import type { RemoteHost } from './remote-host.js';
import { charsOf } from './remote-http.js';
import { RequestFailure } from './request-failure.js';

/** A try that failed after so many milliseconds may have sent much of its body in vain, */
const longTryMs = 10_000;
/** if it was of so many characters: a smaller one costs nothing to send again. */
const largeBody = 10_000;
/** Such tries in all; then the caller is told. */
const mostLongTries = 5;

/**
 * Sends a job's lines until the server has them: the job's id keeps that from starting two. A server that is away is waited
 * for as long as it takes; a body that breaks off again and again on its way is not sent for ever.
 */
export function uploadJob(
  host: RemoteHost,
  jobId: string,
  body: readonly string[],
  monitor: ConnectionMonitor,
): Observable<WireJob> {
  const { http, backoff } = host;
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': encodeURIComponent(jobId) };
  return defer(() => {
    const patience = new Patience(backoff, http.scheduler);
    const report = host.report(monitor);
    let began = 0;
    let longTries = 0;
    const tried$ = defer(() => {
      report('connecting');
      began = http.scheduler.now();
      return http.json<WireJob>({ method: 'POST', path: '/jobs', headers, body });
    });
    return tried$.pipe(
      retry({
        delay: (error: unknown) => {
          if (!(error instanceof RequestFailure)) throw error;
          if (!error.passing) throw ofTheItem(error.error);
          const long = charsOf(body) >= largeBody && http.scheduler.now() - began >= longTryMs;
          if (long && ++longTries === mostLongTries) throw inVain(error, jobId, body);
          report('waiting');
          return patience.wait(error.waitMs);
        },
      }),
      finalize(() => report('idle')),
    );
  });
}

/** The server counts lines of a body, the first of which has the options. */
function ofTheItem(error: BatchError): BatchError {
  const [words = '', line = ''] = /^Line (\d+)/.exec(error.message) ?? [];
  if (Number(line) < 2) return error;
  return new BatchError(error.code, `Item ${String(Number(line) - 1)}${error.message.slice(words.length)}`, {
    cause: error,
  });
}

function inVain({ error }: RequestFailure, jobId: string, body: readonly string[]): BatchError {
  const size = `${(charsOf(body) / 1e6).toFixed(1)} MB`;
  const message = `The items (${size}) did not get through in ${String(mostLongTries)} long tries; send fewer at a time, or again with this jobId. The last: ${error.message}`;
  return new BatchError('unreachable', message, { cause: error, jobId });
}
