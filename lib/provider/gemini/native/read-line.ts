import { isRecord } from '../../is-record.js';
import type { NativeOutcome, NativeResult } from '../../native.js';
import { readCountedKey } from '../../native/counted-key.js';
import { failedOutcome, judged } from '../../native/failed-outcome.js';
import type { ProviderResponse, Verdict } from '../../provider.js';
import { failureVerdict } from '../../provider-error.js';
import type { GeminiEndpointName } from '../endpoints.js';
import { GeminiHttpError } from '../http-error.js';
import { readContent } from '../read-content.js';
import { readEmbeddings } from '../read-embeddings.js';
import { rpcStatus } from './rpc-status.js';

type Json = Readonly<Record<string, unknown>>;
type Classify = (error: unknown) => Verdict;

/** Enough to see what an unreadable line is. */
const excerpt = 500;

/** How lines are read. */
export interface LineReading {
  readonly endpoint: GeminiEndpointName;
  readonly classify: Classify;
}

/** One line of a responses file, `{"key","response"}` or `{"key","error":{code,message}}` (Gemini batch guide). */
export function readGeminiLine(text: string, position: number, reading: LineReading): NativeResult {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    // Judged below.
  }
  return readGeminiEntry(line, text, position, reading);
}

/**
 * A line, or one of the inline responses, whose key is in `metadata`. Without a key, the answer to an embedding may be told by
 * its place; any other is nobody's, for the order has been seen broken (python-genai#1909).
 */
export function readGeminiEntry(entry: unknown, text: string, position: number, reading: LineReading): NativeResult {
  const unreadable: NativeResult = { key: null, kind: 'unreadable', text: text.slice(0, excerpt) };
  if (!isRecord(entry) || (entry['response'] === undefined && entry['error'] === undefined)) return unreadable;
  const { metadata } = entry;
  const id = entry['key'] ?? (isRecord(metadata) ? metadata['key'] : undefined);
  const embedding = reading.endpoint === 'embedContent';
  if (typeof id !== 'string') {
    if (!embedding) return unreadable;
    const outcome = judged(() => outcomeOf(entry, undefined, reading));
    return { key: null, kind: 'unkeyed', position, text: text.slice(0, excerpt), outcome };
  }
  const { key, inputs } = embedding ? readCountedKey(id) : { key: id, inputs: undefined };
  return { key, ...judged(() => outcomeOf(entry, inputs, reading)) };
}

function outcomeOf({ response, error }: Json, inputs: number | undefined, reading: LineReading): NativeOutcome {
  const { endpoint, classify } = reading;
  if (isRecord(error)) return refused(error, classify);
  if (!isRecord(response)) return failedOutcome(failureVerdict('invalid_response', 'the line has no answer'), response);
  try {
    const request = { model: undefined, requests: [{}], several: inputs !== undefined };
    const answer: ProviderResponse =
      endpoint === 'embedContent' ? readEmbeddings(response, request) : readContent(response);
    const { output, usage, raw } = answer;
    return { kind: 'ok', output, ...(usage === undefined ? {} : { usage }), ...(raw === undefined ? {} : { raw }) };
  } catch (thrown) {
    return failedOutcome(classify(thrown), response);
  }
}

function refused(error: Json, classify: Classify): NativeOutcome {
  const { name, http } = rpcStatus(error['code']);
  const message = typeof error['message'] === 'string' && error['message'] !== '' ? error['message'] : name;
  if (name === 'CANCELLED') return { kind: 'unprocessed', code: 'cancelled', message };
  if (name === 'DEADLINE_EXCEEDED' && /expired/i.test(message))
    return { kind: 'unprocessed', code: 'expired', message };
  const body = JSON.stringify({ error: { ...error, code: http, message } });
  return failedOutcome(classify(new GeminiHttpError(http, body, new Headers())), error);
}
