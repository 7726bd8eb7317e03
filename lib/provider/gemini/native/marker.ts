import { createHash } from 'node:crypto';
import type { BatchMarker } from '../../native.js';

const display = /^openapi-batch (\S+) (\d+) (\d+) (\S+)$/;

/** The display name of a batch and of its input file: all that Gemini keeps for its creator. */
export function toDisplayName({ run, shard, attempt, content }: BatchMarker): string {
  return `openapi-batch ${run} ${shard} ${attempt} ${content}`;
}

/** The marker in a display name; undefined for batches of others. */
export function markerOf(displayName: unknown): BatchMarker | undefined {
  const [, run, shard, attempt, content] = typeof displayName === 'string' ? (display.exec(displayName) ?? []) : [];
  if (run === undefined || content === undefined) return undefined;
  return { run, shard: Number(shard), attempt: Number(attempt), content };
}

/**
 * The id of an input file. It may have 40 characters (v1beta File.name), too few for a marker, so it is made of hashes: the
 * same file gets the same id, and files of one run the same start.
 */
export function toFileId(marker: BatchMarker): string {
  return `${filePrefix(marker.run)}${hash(toDisplayName(marker), 24)}`;
}

/** How the ids of a run's input files begin. */
export function filePrefix(run: string): string {
  return `ob-${hash(run, 10)}-`;
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
