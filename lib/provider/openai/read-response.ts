import type { ProviderResponse } from '../provider.js';
import { ProviderError, failureVerdict, finalFailure } from '../provider-error.js';
import { isRecord } from '../is-record.js';
import { omit } from '../omit.js';
import { readOpenAIUsage } from './read-usage.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * The text of a response, collected from `output[].content[]`; `''` where it only calls tools. A refusal and a text stopped by
 * the content filter fail the item; `incomplete` for `max_output_tokens` is an answer, unless no word of it is there.
 */
export function readResponse(body: Json): ProviderResponse {
  const usage = readOpenAIUsage(body['usage']);
  // `output_text` is the SDK's addition (lib/ResponsesParser.js), not the provider's.
  const raw = omit(body, 'output_text');
  const kept = { raw, ...(usage === undefined ? {} : { usage }) };
  const { status, output } = body;
  if (status === 'failed') throw failedResponse(body['error'], kept);
  if (!Array.isArray(output) || status === 'queued' || status === 'in_progress' || status === 'cancelled') {
    const state = typeof status === 'string' ? `, its status is "${status}"` : '';
    throw new ProviderError(failureVerdict('invalid_response', `the response has no output${state}`));
  }
  const details = body['incomplete_details'];
  const reason = isRecord(details) ? details['reason'] : undefined;
  if (status === 'incomplete' && reason === 'content_filter') {
    throw new ProviderError(finalFailure('content_filtered', 'the answer was stopped by the content filter', kept));
  }
  const items = output.filter(isRecord);
  const content = items.flatMap((item) => (Array.isArray(item['content']) ? item['content'].filter(isRecord) : []));
  const text = content.flatMap((part) =>
    part['type'] === 'output_text' && typeof part['text'] === 'string' ? [part['text']] : [],
  );
  const refusal = content.find((part) => part['type'] === 'refusal')?.['refusal'];
  if (text.length === 0 && typeof refusal === 'string')
    throw new ProviderError(finalFailure('content_filtered', refusal, kept));
  const thinkingOnly = items.every((item) => item['type'] === 'reasoning' || item['type'] === 'message');
  if (text.join('') === '' && status === 'incomplete' && thinkingOnly) {
    const advice = 'the answer reached its token limit before the first word: raise max_output_tokens';
    throw new ProviderError(finalFailure('invalid_response', advice, kept));
  }
  if (text.length === 0 && thinkingOnly) {
    throw new ProviderError(failureVerdict('invalid_response', 'the response has neither text nor tool calls'));
  }
  return { output: text.join(''), ...kept };
}

/** A response may fail after its HTTP status was sent: `error.code` says why (OpenAPI description, ResponseErrorCode). */
function failedResponse(error: unknown, kept: { readonly raw: unknown }): ProviderError {
  const { code, message } = isRecord(error) ? error : {};
  const text = typeof message === 'string' ? message : 'the response failed';
  switch (code) {
    case 'rate_limit_exceeded':
      return new ProviderError(failureVerdict('rate_limited', text));
    case 'insufficient_quota':
      return new ProviderError(failureVerdict('quota_exhausted', text));
    case 'image_content_policy_violation':
    case 'content_filter':
    case 'bio_policy':
    case 'cyber_policy':
      return new ProviderError(finalFailure('content_filtered', text, kept));
    case 'server_error':
    case 'vector_store_timeout':
    case undefined:
    case null:
      return new ProviderError(failureVerdict('server_error', text));
    default:
      return new ProviderError(finalFailure('invalid_request', text, kept));
  }
}
