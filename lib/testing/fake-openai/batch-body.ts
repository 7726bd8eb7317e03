import type { BatchCounts } from '../fake-server/batch-options.js';
import type { Phase } from '../fake-server/batch-run.js';
import { seconds } from './file-body.js';
import type { OpenAIBatch } from './openai-batch.js';

/** A batch as OpenAI describes it at `now`: null for what is not there yet. */
export function batchBody(batch: OpenAIBatch, now: number): Record<string, unknown> {
  const { order, run, input, behaviour } = batch;
  const at = (phase: Phase): number | null => {
    const time = run.times[phase];
    return time === undefined ? null : seconds(time);
  };
  const failures = run.failures.map(({ code, message, param = null, line = null }) => ({ code, message, param, line }));
  const filesShow = run.phase !== 'completed' || now >= (run.times.completed ?? 0) + behaviour.lateOutputMs;
  return {
    id: batch.id,
    object: 'batch',
    endpoint: order.endpoint,
    ...(input.model !== '' && { model: input.model }),
    errors: failures.length > 0 ? { object: 'list', data: failures } : null,
    input_file_id: order.inputFile.id,
    completion_window: '24h',
    status: run.phase === 'running' ? 'in_progress' : run.phase,
    output_file_id: filesShow ? batch.outputFileId : null,
    ...errorFile(batch, filesShow),
    created_at: seconds(run.createdAt),
    in_progress_at: at('running'),
    expires_at: seconds(run.expiresAt),
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: countsOf(batch),
    usage: usageOf(batch),
    metadata: order.metadata,
  };
}

function errorFile({ errorFileId, behaviour, run }: OpenAIBatch, show: boolean): { error_file_id?: string | null } {
  if (errorFileId !== null && show) return { error_file_id: errorFileId };
  if (!run.ended || behaviour.noErrors === 'null' || behaviour.noErrors === 'empty-file')
    return { error_file_id: null };
  return behaviour.noErrors === 'absent' ? {} : { error_file_id: '' };
}

function countsOf(batch: OpenAIBatch): BatchCounts | null {
  const { output, behaviour } = batch;
  const counts = { total: batch.size(), completed: output.completed, failed: output.failed };
  return behaviour.counts ? behaviour.counts(counts) : counts;
}

function usageOf({ output: { inputTokens, outputTokens } }: OpenAIBatch): unknown {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}
