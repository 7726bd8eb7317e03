import type { JobView } from '../job/job-reader.js';
import { jsonResponse } from './json-response.js';
import type { WireJob } from './wire.js';

export function jobResponse(view: JobView, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const { info, progress, lastSeq } = view;
  return jsonResponse({ info, progress, lastSeq } satisfies WireJob, status, headers);
}
