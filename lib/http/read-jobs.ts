import type { JobInfo } from '../core/job.js';
import type { PlacedJob } from '../job/job-reader.js';
import type { HandlerSettings, Principal } from './handler-options.js';
import { maySee, requireStillThere, requireVisible } from './job-access.js';
import { jobResponse } from './job-response.js';
import { jsonResponse } from './json-response.js';
import { readQuery } from './query.js';
import { nextTurn } from './next-turn.js';
import { answerChars } from './page-size.js';
import type { WireFailures, WireJobList } from './wire.js';

export interface ReadContext {
  readonly settings: HandlerSettings;
  readonly principal: Principal;
  readonly request: Request;
  readonly url: URL;
}

/** Milliseconds a list may take before it answers with what it has, and where to go on. */
const listMs = 1_000;

/** `GET /jobs`: a page of those the principal may see, newest first. */
export async function listJobs({ settings, principal, request, url }: ReadContext): Promise<Response> {
  const { after, limit, status, search } = readQuery('jobs', url.searchParams);
  const { reader } = settings.client;
  const needle = search?.toLowerCase();
  const matches = (info: JobInfo): boolean =>
    maySee(principal, info) &&
    (status === undefined || info.status === status) &&
    (needle === undefined || [info.jobId, ...info.tags].some((text) => text.toLowerCase().includes(needle)));
  const found: PlacedJob[] = [];
  const size = { rows: Math.min(200, limit + 1), chars: answerChars };
  const started = Date.now();
  let before = after;
  let chars = 0;
  // One more than is wanted tells whether there is a next page.
  do {
    const looked = reader.jobs(before, size);
    const wanted = looked.filter(({ info }) => matches(info));
    found.push(...wanted);
    chars += wanted.reduce((sum, { info }) => sum + JSON.stringify(info).length, 0);
    before = looked.at(-1)?.place;
    await nextTurn();
  } while (
    before !== undefined &&
    found.length <= limit &&
    chars < answerChars &&
    Date.now() - started < listMs &&
    !request.signal.aborted
  );
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)?.place : before;
  return jsonResponse({ jobs: page.map(({ info }) => info), next: next ?? null } satisfies WireJobList);
}

/** `GET /jobs/:id` */
export function inspectJob({ settings, principal }: ReadContext, jobId: string): Response {
  return jobResponse(requireVisible(settings.client, principal, jobId));
}

const pageSize = 2_000;

/** `GET /jobs/:id/failures`: how many of each code, counted a page at a time. */
export async function countFailures({ settings, principal, request }: ReadContext, jobId: string): Promise<Response> {
  const { reader } = settings.client;
  const job = requireVisible(settings.client, principal, jobId);
  const counts = new Map<string, { count: number; message: string }>();
  let after = 0;
  for (;;) {
    const page = reader.failures(jobId, after, pageSize);
    requireStillThere(reader, job);
    for (const { code, message } of page) {
      const known = counts.get(code);
      if (known === undefined) counts.set(code, { count: 1, message });
      else known.count++;
    }
    const last = page.at(-1);
    if (last === undefined || request.signal.aborted) break;
    after = last.seq;
    await nextTurn();
  }
  const failures = [...counts].map(([code, { count, message }]) => ({ code, count, message }));
  failures.sort((a, b) => b.count - a.count);
  return jsonResponse({ failures: failures as WireFailures['failures'] } satisfies WireFailures);
}
