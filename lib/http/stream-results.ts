import type { ResultsOptions } from '../job/batch-job.js';
import type { JobReader, JobView } from '../job/job-reader.js';
import { isStillThere, requireVisible } from './job-access.js';
import { streamPage } from './page-size.js';
import { readQuery } from './query.js';
import type { StreamContext } from './stream-events.js';
import { textStream, type TextSource } from './text-stream.js';

/** `GET /jobs/:id/results`: those there are now, as JSON lines. */
export function streamResults(context: StreamContext, jobId: string): Response {
  const { settings, principal, request, url, streams } = context;
  const { client, maxStreamMs } = settings;
  const job = requireVisible(client, principal, jobId);
  const { only = 'all', order = 'completion' } = readQuery('results', url.searchParams);
  const leave = streams.enter(principal);
  const source = resultLines(client.reader, job, { only, order });
  return new Response(textStream({ ...source, close: leave }, { signal: request.signal, standstillMs: maxStreamMs }), {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename*=UTF-8''${fileName(jobId)}.jsonl`,
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

function resultLines(reader: JobReader, job: JobView, options: ResultsOptions): Pick<TextSource, 'next'> {
  let after = 0;
  const read = (): string | undefined => {
    const page = reader.results(job.info.jobId, after, streamPage, options);
    const last = page.at(-1);
    // Cut off, not ended; and what another job of its id has is not told.
    if (!isStillThere(reader, job)) throw new Error('the job was deleted');
    if (last === undefined) return undefined;
    after = options.order === 'input' ? last.ordinal : last.seq;
    return page.map(({ result }) => `${JSON.stringify(result)}\n`).join('');
  };
  return { next: () => new Promise((resolve) => resolve(read())) };
}

/** As RFC 8187 wants it. */
const fileName = (jobId: string): string =>
  encodeURIComponent(jobId.slice(0, 100).toWellFormed()).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
