import { resumeBody, retryBody } from './body-schemas.js';
import type { HandlerSettings, Principal } from './handler-options.js';
import { requireStillThere, requireVisible, requireWriter } from './job-access.js';
import { jobResponse } from './job-response.js';
import { readJson } from './read-json.js';
import { withinLimits } from './shared-limits.js';

export interface ControlContext {
  readonly settings: HandlerSettings;
  readonly principal: Principal;
  readonly request: Request;
}

/** `POST /jobs/:id/cancel`, `/pause`, `/resume`, `/retry` and `DELETE /jobs/:id`. */
export async function controlJob(
  context: ControlContext,
  verb: 'cancel' | 'pause' | 'resume' | 'retry' | 'delete',
  jobId: string,
): Promise<Response> {
  const { settings, principal, request } = context;
  const { client } = settings;
  requireWriter(principal);
  // A body may take its time, and the id may be another one's job by its end: nothing is awaited between look and deed.
  switch (verb) {
    case 'cancel':
    case 'pause':
      return await stop(context, verb, jobId);
    case 'resume': {
      const options = withinLimits(await readJson(request, resumeBody), principal, client);
      const { info, stopping } = requireVisible(client, principal, jobId);
      // A job somebody works on is resumed already, unless it is just being stopped: that is refused.
      if (info.owner === null || stopping) client.resume(jobId, options);
      break;
    }
    case 'retry': {
      const options = await readJson(request, retryBody);
      requireVisible(client, principal, jobId);
      client.job(jobId).retryFailed(options);
      break;
    }
    case 'delete':
      requireVisible(client, principal, jobId);
      await client.delete(jobId);
      return new Response(null, { status: 204 });
  }
  return jobResponse(requireVisible(client, principal, jobId));
}

/** 202 where the job takes longer to come to rest than anybody should wait for an answer. */
async function stop(
  { settings, principal, request }: ControlContext,
  verb: 'cancel' | 'pause',
  jobId: string,
): Promise<Response> {
  const { client, waitMs, onError } = settings;
  let waiting = true;
  const view = requireVisible(client, principal, jobId);
  const job = client.job(jobId);
  const stopping = verb === 'cancel' ? job.cancel() : job.pause();
  const stopped = stopping.then(
    () => true,
    (error: unknown) => {
      if (waiting) throw error;
      onError(error, request);
      return false;
    },
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), waitMs)));
  try {
    const rests = await Promise.race([stopped, late]);
    requireStillThere(client.reader, view);
    return jobResponse(requireVisible(client, principal, jobId), rests ? 200 : 202);
  } finally {
    waiting = false;
    clearTimeout(timer);
  }
}
