import { filter, firstValueFrom } from 'rxjs';
import { isBatchError } from '../core/errors.js';
import type { BatchJob } from '../job/batch-job.js';
import type { JobView } from '../job/job-reader.js';
import type { MapOptions } from '../options/map-options.js';
import { BodyItems } from './body-items.js';
import type { HandlerSettings, Principal } from './handler-options.js';
import { maySee, ownerTag, requireWriter } from './job-access.js';
import { jobResponse } from './job-response.js';
import type { Places } from './places.js';
import { Problem } from './problem.js';
import { checkType } from './read-json.js';
import { withinLimits } from './shared-limits.js';

export interface StartContext {
  readonly settings: HandlerSettings;
  readonly principal: Principal;
  readonly request: Request;
  /** Jobs whose items are being read. */
  readonly uploads: Set<string>;
  readonly places: Places;
}

const bodyTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/jsonlines'];

/** `POST /jobs`. Nothing is sent, and no job is left, unless the whole body was taken in. */
export async function startJob(context: StartContext): Promise<Response> {
  const { settings, principal, request, uploads, places } = context;
  const { client } = settings;
  requireWriter(principal);
  const jobId = jobIdOf(request);
  if (uploads.has(jobId)) throw stillReading();
  const known = findOwn(context, jobId);
  if (known !== undefined) {
    // Somebody works on it: this request came twice, or comes too late to add to it.
    if (known.info.owner !== null) {
      if (!known.info.inputComplete) throw stillReading();
      return jobResponse(known, 200);
    }
  }
  checkType(request, bodyTypes);
  if (request.body === null) throw new Problem(400, 'bad_request', 'Expected a body: one item a line, as JSON');
  const leave = places.enter(principal);
  uploads.add(jobId);
  const body = new BodyItems(request.body, settings);
  try {
    await takeIn(context, jobId, body);
  } finally {
    uploads.delete(jobId);
    leave();
    // Not waited for: a sender who is silent would keep its own answer back.
    body.close();
  }
  const view = client.reader.find(jobId);
  if (view === undefined || !maySee(principal, view.info))
    throw new Problem(404, 'job_not_found', 'The job was deleted while it was started');
  return jobResponse(view, known === undefined ? 201 : 200, {
    // Relative to the address asked, wherever the handler is mounted.
    location: `jobs/${encodeURIComponent(jobId)}`,
  });
}

/** The job of this id, where there is one; throws where it is somebody else's. */
function findOwn({ settings, principal }: StartContext, jobId: string): JobView | undefined {
  const known = settings.client.reader.find(jobId);
  if (known === undefined || maySee(principal, known.info)) return known;
  throw new Problem(409, 'job_conflict', 'This job id is taken; choose another');
}

async function takeIn(context: StartContext, jobId: string, body: BodyItems): Promise<void> {
  const { settings, principal } = context;
  const { client } = settings;
  const { tags = [], ...asked } = await body.options();
  const options = withinLimits(asked, principal, client);
  // Whose it was before the first line came says nothing.
  findOwn(context, jobId);
  const map: MapOptions = {
    ...(options as Partial<MapOptions>),
    jobId,
    items: body.items(),
    tags: [...tags, ownerTag(principal)],
    startAfterInput: true,
  };
  const job = client.map(map);
  try {
    await allRead(job, body);
  } catch (error) {
    const problem = body.problemOf(error);
    if (problem !== undefined) {
      // What was read of it is marked as deleted; this gives the room back.
      await client.prune({ olderThan: new Date(0) });
      throw problem;
    }
    // Paused or closed in the middle of the body; what stops a job after that is the job's own affair.
    if (!body.ended || !isBatchError(error)) throw error;
  }
}

/** Resolves when the job has all its items; rejects with what stopped it before. */
async function allRead(job: BatchJob, body: BodyItems): Promise<void> {
  const taken$ = job
    .events({ after: 'now' })
    .pipe(filter((event) => body.ended && event.type !== 'item' && event.progress.totalKnown));
  await firstValueFrom(taken$, { defaultValue: undefined });
}

function jobIdOf({ headers }: Request): string {
  const key = headers.get('idempotency-key');
  if (key === null) return `job-${crypto.randomUUID()}`;
  const jobId = decode(key);
  // The last two cannot be asked for again: URLs know them as "here" and "above".
  if (jobId.length > 512 || /^$|[\p{Cc}\p{Cs}]|^\.{1,2}$/u.test(jobId)) {
    throw new Problem(
      400,
      'bad_request',
      'Expected "Idempotency-Key" to be a job id of 1 to 512 characters, percent-encoded, without control characters',
    );
  }
  return jobId;
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return '';
  }
}

function stillReading(): Problem {
  return new Problem(409, 'job_busy', 'The items of this job are being read from another request; try again', {
    headers: { 'retry-after': '1' },
  });
}
