import type { ResultsOptions } from '../job/batch-job.js';
import type { JobReader, JobView } from '../job/job-reader.js';
import { isStillThere, requireVisible } from './job-access.js';
import { streamPage } from './page-size.js';
import { readQuery } from './query.js';
import type { StreamContext } from './stream-events.js';
import type { PlacedResult } from '../store/store.js';
import { textStream, type TextSource } from './text-stream.js';
import type { WireResult } from './wire.js';

/** `GET /jobs/:id/results`: those there are now, as JSON lines. Each tells its place, for whoever is cut off behind it. */
export function streamResults(context: StreamContext, jobId: string): Response {
  const { settings, principal, request, url, streams } = context;
  const { client, maxStreamMs } = settings;
  const job = requireVisible(client, principal, jobId);
  const { only = 'all', order = 'completion', after } = readQuery('results', url.searchParams);
  const leave = streams.enter(principal);
  const source = resultLines(client.reader, job, { only, order, after });
  return new Response(
    textStream(
      { ...source, close: leave },
      {
        signal: request.signal,
        lifeMs: maxStreamMs,
        ending: 'break',
      },
    ),
    {
      headers: {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename*=UTF-8''${fileName(jobId)}.jsonl`,
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    },
  );
}

function resultLines(
  reader: JobReader,
  job: JobView,
  options: ResultsOptions & { readonly after: number },
): Pick<TextSource, 'next'> {
  let { after } = options;
  const placeOf = ({ ordinal, seq }: PlacedResult): number => (options.order === 'input' ? ordinal : seq);
  const read = (): string | undefined => {
    const page = reader.results(job.info.jobId, after, streamPage, options);
    const last = page.at(-1);
    // Cut off, not ended; and what another job of its id has is not told.
    if (!isStillThere(reader, job)) throw new Error('the job was deleted');
    if (last === undefined) return undefined;
    after = placeOf(last);
    return page
      .map((placed) => `${JSON.stringify({ ...placed.result, cursor: placeOf(placed) } satisfies WireResult)}\n`)
      .join('');
  };
  return { next: () => new Promise((resolve) => resolve(read())) };
}

/** As RFC 8187 wants it. */
const fileName = (jobId: string): string =>
  encodeURIComponent(jobId.slice(0, 100).toWellFormed()).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
