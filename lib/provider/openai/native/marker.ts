import { isRecord } from '../../is-record.js';
import type { BatchMarker, BatchSubmission } from '../../native.js';

const prefix = 'openapi-batch';
const fileName = /^openapi-batch_(.+)_(\d+)_(\d+)_([^_]+)\.jsonl$/;
/** Characters of a value in `metadata` (API description, Metadata). */
const valueLength = 512;

/** The `metadata` of a batch: values are text. */
export function toMetadata({ marker, jobId }: BatchSubmission): Readonly<Record<string, string>> {
  const { run, shard, attempt, content } = marker;
  return { run, shard: String(shard), attempt: String(attempt), content, job: jobId.slice(0, valueLength) };
}

/** The marker in a batch's `metadata`; undefined for batches of others. */
export function markerOfMetadata(metadata: unknown): BatchMarker | undefined {
  if (!isRecord(metadata)) return undefined;
  const { run, content } = metadata;
  const [shard, attempt] = [Number(metadata['shard'] ?? NaN), Number(metadata['attempt'] ?? NaN)];
  if (typeof run !== 'string' || typeof content !== 'string') return undefined;
  return Number.isInteger(shard) && Number.isInteger(attempt) ? { run, shard, attempt, content } : undefined;
}

/** The name of an input file, which says the same for servers that keep no `metadata`. */
export function toFileName({ run, shard, attempt, content }: BatchMarker): string {
  return `${prefix}_${run}_${shard}_${attempt}_${content}.jsonl`;
}

export function markerOfFileName(name: unknown): BatchMarker | undefined {
  const [, run, shard, attempt, content] = typeof name === 'string' ? (fileName.exec(name) ?? []) : [];
  if (run === undefined || content === undefined) return undefined;
  return { run, shard: Number(shard), attempt: Number(attempt), content };
}
