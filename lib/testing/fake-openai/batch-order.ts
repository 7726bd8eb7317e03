import { isRecord } from '../fake-server/is-record.js';
import type { Reply } from '../fake-server/reply.js';
import { isEndpoint } from './endpoints.js';
import { missingParameter, openaiError } from './error-body.js';
import type { Native } from './native.js';
import type { BatchOrder } from './openai-batch.js';

const thirtyDaysMs = 30 * 24 * 3_600_000;

/** Checks a create request as far as OpenAI does at once: the lines of the file come later. */
export function readOrder(body: unknown, { files, newId }: Native): BatchOrder | Reply {
  if (!isRecord(body)) return missingParameter('input_file_id');
  const {
    input_file_id: fileId,
    endpoint,
    completion_window: window,
    metadata = null,
    output_expires_after: expiry,
  } = body;
  if (typeof fileId !== 'string') return missingParameter('input_file_id');
  const inputFile = files.get(fileId);
  if (!inputFile)
    return openaiError(400, `Invalid input_file_id: no such File object: ${fileId}`, { param: 'input_file_id' });
  if (inputFile.purpose !== 'batch') {
    return openaiError(400, `File '${fileId}' must have purpose 'batch', it has '${inputFile.purpose}'.`, {
      param: 'input_file_id',
    });
  }
  if (!isEndpoint(endpoint))
    return openaiError(400, `Invalid value: '${String(endpoint)}'.`, { param: 'endpoint', code: 'invalid_value' });
  if (window !== '24h') {
    return openaiError(400, `Invalid value: '${String(window)}'. Supported values are: '24h'.`, {
      param: 'completion_window',
      code: 'invalid_value',
    });
  }
  if (metadata !== null && !isMetadata(metadata)) {
    return openaiError(400, "Invalid 'metadata': at most 16 pairs, keys of 64 and values of 512 characters.", {
      param: 'metadata',
    });
  }
  const seconds = isRecord(expiry) ? expiry['seconds'] : undefined;
  const outputLifeMs = typeof seconds === 'number' ? seconds * 1000 : thirtyDaysMs;
  return { id: newId('batch_'), endpoint, inputFile, metadata, outputLifeMs };
}

export function isReply(value: BatchOrder | Reply): value is Reply {
  return 'status' in value;
}

function isMetadata(value: unknown): value is Record<string, string> {
  if (!isRecord(value)) return false;
  const pairs = Object.entries(value);
  return (
    pairs.length <= 16 &&
    pairs.every(([key, text]) => key.length <= 64 && typeof text === 'string' && text.length <= 512)
  );
}
