import type { JobView } from '../job/job-reader.js';
import { resumeBody, retryBody } from './body-schemas.js';
import type { HandlerSettings, Principal } from './handler-options.js';
import { requireVisible, requireWriter } from './job-access.js';
import { jobResponse } from './job-response.js';
import { readJson } from './read-json.js';

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
  const view = requireVisible(client, principal, jobId);
  switch (verb) {
    case 'cancel':
    case 'pause':
      return await stop(context, verb, jobId);
    case 'resume':
      await resume(context, view);
      break;
    case 'retry':
      client.job(jobId).retryFailed(await readJson(request, retryBody));
      break;
    case 'delete':
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
    return jobResponse(requireVisible(client, principal, jobId), rests ? 200 : 202);
  } finally {
    waiting = false;
    clearTimeout(timer);
  }
}

/** A job somebody works on is resumed already. */
async function resume({ settings, request }: ControlContext, { info }: JobView): Promise<void> {
  const options = await readJson(request, resumeBody);
  if (info.owner === null) settings.client.resume(info.jobId, options);
}
