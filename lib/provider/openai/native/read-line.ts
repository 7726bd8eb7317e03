import { isRecord } from '../../is-record.js';
import type { NativeOutcome, NativeResult } from '../../native.js';
import { failedOutcome, judged } from '../../native/failed-outcome.js';
import type { Verdict } from '../../provider.js';
import { failureVerdict } from '../../provider-error.js';
import type { OpenAIEndpoint } from '../endpoints.js';
import { errorEnvelope } from '../error-envelope.js';
import { readOpenAIAnswer } from '../read-answer.js';
import type { CountedKey } from '../../native/counted-key.js';
import { readCountedKey } from '../../native/counted-key.js';

type Json = Readonly<Record<string, unknown>>;
type Classify = (error: unknown) => Verdict;

/** Enough to see what an unreadable line is. */
const excerpt = 500;

/**
 * One line of an output or error file: `{"custom_id","response":{"status_code","body"},"error"}`. Each is judged by itself,
 * never by the batch's counts: an HTTP failure has `error: null` and a status from 400 up, other failures have `error`, and
 * either may stand in either file (API description of 2025, BatchRequestOutput; artefactual#332).
 */
export function readOpenAILine(text: string, endpoint: OpenAIEndpoint, classify: Classify): NativeResult {
  const line = parse(text);
  const id = line?.['custom_id'];
  if (line === undefined || typeof id !== 'string') {
    return { key: null, kind: 'unreadable', text: text.slice(0, excerpt) };
  }
  const customId = endpoint === '/v1/embeddings' ? readCountedKey(id) : { key: id, inputs: undefined };
  return { key: customId.key, ...judged(() => outcomeOf(line, customId, endpoint, classify)) };
}

function outcomeOf(line: Json, { inputs }: CountedKey, endpoint: OpenAIEndpoint, classify: Classify): NativeOutcome {
  const { error, response } = line;
  if (isRecord(error)) return withoutResponse(error, response, classify);
  if (!isRecord(response))
    return failedOutcome(failureVerdict('invalid_response', 'the line has neither response nor error'));
  // Older vLLM puts the body where the response should be.
  const bare = !('status_code' in response) && !('body' in response);
  const status = bare ? 200 : Number(response['status_code'] ?? 200);
  const body = bare ? response : response['body'];
  if (status >= 400) return refused(status, body, classify);
  // Status 0, counted as completed by the provider, is a request that was never answered.
  if (!(status >= 200))
    return failedOutcome(failureVerdict('server_error', `the request was not answered (status ${status})`));
  try {
    const { output, usage, raw } = readOpenAIAnswer(endpoint, body, {
      input: inputs === undefined ? '' : Array(inputs),
    });
    return { kind: 'ok', output, ...(usage === undefined ? {} : { usage }), ...(raw === undefined ? {} : { raw }) };
  } catch (thrown) {
    return failedOutcome(classify(thrown), body);
  }
}

function withoutResponse({ code, message }: Json, response: unknown, classify: Classify): NativeOutcome {
  const text = typeof message === 'string' && message !== '' ? message : `the request failed (${JSON.stringify(code)})`;
  if (code === 'batch_expired') return { kind: 'unprocessed', code: 'expired', message: text };
  if (code === 'batch_cancelled' || code === 'batch_canceled')
    return { kind: 'unprocessed', code: 'cancelled', message: text };
  const stated = isRecord(response) ? Number(response['status_code'] ?? 0) : 0;
  const status = stated >= 400 ? stated : statusOf(code);
  return failedOutcome(classify(Object.assign(new Error(text), { code, ...(status === undefined ? {} : { status }) })));
}

/** The HTTP status that goes with a code, where it says whether another try is of use. */
function statusOf(code: unknown): number | undefined {
  if (typeof code !== 'string') return undefined;
  if (/rate_limit|slow_down/.test(code)) return 429;
  return /invalid|unsupported|not_found/.test(code) ? 400 : undefined;
}

/** In the form of the SDK's `APIError`, so that it is classified as one. */
function refused(status: number, body: unknown, classify: Classify): NativeOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  const envelope = parse(errorEnvelope(text));
  const error = isRecord(envelope?.['error']) ? envelope['error'] : {};
  const { message, code, type } = error;
  const words = typeof message === 'string' && message !== '' ? message : `HTTP status ${status}`;
  return failedOutcome(classify(Object.assign(new Error(words), { status, code, type, error })), body);
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
