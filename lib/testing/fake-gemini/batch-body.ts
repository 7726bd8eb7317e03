import type { BatchStatsBody } from './batch-stats.js';
import { statsOf } from './batch-stats.js';
import { rpcCodes } from './error-body.js';
import { type GeminiBatch, stateNames } from './gemini-batch.js';
import { timestamp } from './native.js';

const typeBase = 'type.googleapis.com/google.ai.generativelanguage.v1main';

export interface BatchMetadata {
  readonly state: string;
  readonly batchStats: BatchStatsBody | undefined;
  readonly [field: string]: unknown;
}

/** A batch as Gemini describes it: a long-running operation whose metadata is the batch. */
export function operationBody(batch: GeminiBatch, now: number, statePrefix: string): Record<string, unknown> {
  const { run, order, behaviour } = batch;
  const type = order.method === 'generateContent' ? 'GenerateContentBatch' : 'EmbedContentBatch';
  const shows = run.phase !== 'completed' || now >= (run.times.completed ?? 0) + behaviour.lateOutputMs;
  const output = shows ? outputOf(batch) : undefined;
  const metadata = { '@type': `${typeBase}.${type}`, ...metadataOf(batch, statePrefix), ...(output && { output }) };
  const error = errorOf(batch);
  return {
    name: batch.name,
    metadata,
    ...(run.ended && { done: true }),
    ...(error && { error }),
    ...(output && { response: { '@type': `${typeBase}.${type}Output`, ...output } }),
  };
}

function metadataOf(batch: GeminiBatch, statePrefix: string): BatchMetadata {
  const { run, order } = batch;
  const changes = Object.values(run.times);
  const updated = Math.max(...changes);
  return {
    name: batch.name,
    model: `models/${order.model}`,
    displayName: order.displayName,
    ...(order.fileName !== undefined && { inputConfig: { fileName: order.fileName } }),
    createTime: timestamp(run.createdAt),
    updateTime: timestamp(updated),
    ...(run.ended && { endTime: timestamp(updated) }),
    batchStats: statsOf(batch),
    state: statePrefix + stateNames[run.phase],
  };
}

function outputOf({ responsesFile, inlinedResponses }: GeminiBatch): Record<string, unknown> | undefined {
  if (responsesFile !== undefined) return { responsesFile };
  return inlinedResponses && { inlinedResponses: { inlinedResponses } };
}

function errorOf({ run }: GeminiBatch): Record<string, unknown> | undefined {
  if (run.phase === 'failed') {
    return { code: rpcCodes.invalidArgument, message: run.failures.map(({ message }) => message).join('\n') };
  }
  if (run.phase === 'cancelled') return { code: rpcCodes.cancelled, message: 'The operation was cancelled.' };
  return run.phase === 'expired' ? { code: rpcCodes.deadlineExceeded, message: 'The batch has expired.' } : undefined;
}
