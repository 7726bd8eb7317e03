import type { HandlerSettings, Principal } from './handler-options.js';
import { maySee, requireVisible } from './job-access.js';
import { jobResponse } from './job-response.js';
import { jsonResponse } from './json-response.js';
import { nextTurn } from './next-turn.js';
import type { WireFailures, WireJobList } from './wire.js';

export interface ReadContext {
  readonly settings: HandlerSettings;
  readonly principal: Principal;
  readonly request: Request;
  readonly url: URL;
}

/** `GET /jobs`: those the principal may see. */
export async function listJobs({ settings, principal }: ReadContext): Promise<Response> {
  const jobs = (await settings.client.jobs()).filter((info) => maySee(principal, info));
  return jsonResponse({ jobs } satisfies WireJobList);
}

/** `GET /jobs/:id` */
export function inspectJob({ settings, principal }: ReadContext, jobId: string): Response {
  return jobResponse(requireVisible(settings.client, principal, jobId));
}

const pageSize = 2_000;

/** `GET /jobs/:id/failures`: how many of each code, counted a page at a time. */
export async function countFailures({ settings, principal, request }: ReadContext, jobId: string): Promise<Response> {
  const { client } = settings;
  requireVisible(client, principal, jobId);
  const counts = new Map<string, { count: number; message: string }>();
  let after = 0;
  for (;;) {
    const page = client.reader.failures(jobId, after, pageSize);
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
