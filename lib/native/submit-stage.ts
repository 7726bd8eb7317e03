import { catchError, concat, concatMap, defer, EMPTY, map, of, tap, type Observable } from 'rxjs';
import { backoffDelay, waitAtLeast } from '../core/backoff.js';
import type { BatchSubmission, NativeVerdict, SubmitStep } from '../provider/native.js';
import { ofShard } from './ask-batch.js';
import { stopping, verdictOf } from './patiently.js';
import { remoteCall } from './remote-call.js';
import { putBack, rejected } from './settle-cause.js';
import type { Shard } from './shard.js';
import { moveShard, noteAnswer, noteFailure, writeShard, type ShardContext } from './shard-context.js';
import { shardLines } from './shard-lines.js';

/**
 * Uploads and creates, once. The intent is written before, each step as soon as it is known, and both before the provider
 * goes on: its steps are told synchronously.
 */
export function submitStage(shard: Shard, context: ShardContext): Observable<never> {
  const { native, settings, scheduler } = context;
  return defer(() => {
    moveShard(shard, 'sending', context, { intentAt: scheduler.now(), searches: 0, batchId: null });
    const submission = toSubmission(shard, context);
    const options = { timeoutMs: settings.uploadTimeoutMs, scheduler };
    const steps$ = remoteCall((call) => native.submit(submission, call), options).pipe(
      tap((step) => {
        noteAnswer(context);
        if (step.step === 'created') ofShard(step.batch, shard, context);
      }),
      map((step) => (): Observable<never> => record(shard, step, context)),
      catchError((error: unknown) => of(() => failed(shard, error, context))),
    );
    return concat(
      // Below the catch: a store that fails says nothing of the creation, which may have happened.
      steps$.pipe(concatMap((written) => written())),
      defer(() => {
        // It fell silent before it said that there is a batch.
        if (shard.record.state === 'intent') doubt(shard, context);
        return EMPTY;
      }),
    );
  });
}

function failed(shard: Shard, error: unknown, context: ShardContext): Observable<never> {
  if (shard.record.state !== 'intent') throw error;
  return refused(shard, verdictOf(error, 'submit', context), context);
}

function toSubmission(shard: Shard, context: ShardContext): BatchSubmission {
  const { shard: number, attempt, content, model, bytes, requests, fileId } = shard.record;
  return {
    marker: { run: context.marker, shard: number, attempt, content },
    jobId: context.lease.jobId,
    model,
    bytes,
    requests,
    lines: () => shardLines(shard, context),
    fileId: fileId ?? undefined,
  };
}

function record(shard: Shard, step: SubmitStep, context: ShardContext): Observable<never> {
  if (step.step === 'uploaded') {
    writeShard(shard, { fileId: step.fileId }, context);
    return EMPTY;
  }
  const { batchId, said } = step.batch;
  shard.remote = step.batch;
  shard.refusals = 0;
  moveShard(shard, 'created', context, { batchId, said });
  return EMPTY;
}

function refused(shard: Shard, verdict: NativeVerdict, context: ShardContext): Observable<never> {
  const { quota } = context;
  noteFailure(verdict, context);
  if (verdict.kind === 'retry' || verdict.kind === 'ambiguous') endHopeless(verdict.message, context);
  switch (verdict.kind) {
    case 'ambiguous':
      // Before the upload is through nothing is created.
      if (shard.record.fileId === null) return again(shard, undefined, context);
      doubt(shard, context);
      return EMPTY;
    case 'quota': {
      const { tooLarge } = quota.refused(shard.enqueued, false, verdict.waitMs);
      if (tooLarge && shard.record.requests > 1) moveShard(shard, 'decided', context, { cause: putBack });
      else moveShard(shard, 'refused', context);
      return EMPTY;
    }
    case 'fail':
      quota.giveBack(shard.enqueued);
      moveShard(shard, 'decided', context, { cause: rejected(verdict.error) });
      return EMPTY;
    case 'gone':
      // The file of an earlier try is no longer there.
      return again(shard, undefined, context, null);
    case 'retry':
      return again(shard, verdict.waitMs, context);
    case 'stop':
      quota.giveBack(shard.enqueued);
      moveShard(shard, 'refused', context);
      return stopping(verdict, context);
  }
}

function endHopeless(last: string, { contact, scheduler, stop }: ShardContext): void {
  const request = contact.hopeless(scheduler.now(), last);
  if (request !== undefined) stop(request);
}

function doubt(shard: Shard, context: ShardContext): void {
  moveShard(shard, 'doubted', context);
}

/** Certainly not created: the same once more, after a wait. */
function again(shard: Shard, waitMs: number | undefined, context: ShardContext, fileId = shard.record.fileId) {
  const { settings, scheduler, random, quota } = context;
  const backoff = { baseMs: 2 * settings.pollIntervalMs, maxMs: settings.maxPollIntervalMs };
  shard.notBefore = scheduler.now() + waitAtLeast(waitMs, backoffDelay(++shard.refusals, backoff, random));
  quota.giveBack(shard.enqueued);
  moveShard(shard, 'refused', context, { fileId });
  return EMPTY;
}
