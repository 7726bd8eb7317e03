import type { ProviderResponse } from '../provider.js';
import { ProviderError, failureVerdict, finalFailure } from '../provider-error.js';
import { isRecord } from '../is-record.js';
import { readOpenAIUsage } from './read-usage.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * The text of the first choice; `''` where it only calls tools. A refusal, or a text stopped by the content filter, fails the
 * item; one cut off by `max_tokens` is an answer (its `finish_reason` is in `raw`), unless no word of it is there.
 */
export function readChat(body: Json): ProviderResponse {
  const usage = readOpenAIUsage(body['usage']);
  const kept = { raw: body, ...(usage === undefined ? {} : { usage }) };
  const choices = body['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isRecord(choice) ? choice['message'] : undefined;
  if (!isRecord(choice) || !isRecord(message)) {
    throw new ProviderError(failureVerdict('invalid_response', 'the answer has no choices with a message'));
  }
  const reason = choice['finish_reason'];
  const refusal = message['refusal'];
  if (typeof refusal === 'string' && refusal !== '')
    throw new ProviderError(finalFailure('content_filtered', refusal, kept));
  if (reason === 'content_filter') {
    throw new ProviderError(finalFailure('content_filtered', 'the answer was stopped by the content filter', kept));
  }
  const text = contentText(message['content']);
  if (reason === 'length' && (text === undefined || text === '') && !hasOther(message)) {
    const advice =
      'the answer reached its token limit before the first word: raise max_completion_tokens or max_tokens';
    throw new ProviderError(finalFailure('invalid_response', advice, kept));
  }
  if (text === undefined && !hasOther(message)) {
    throw new ProviderError(failureVerdict('invalid_response', 'the answer has neither content nor tool calls'));
  }
  return { output: text ?? '', ...kept };
}

/** Text of a message's content: a string, or the text parts of an array as some compatible servers send it. */
function contentText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.filter(isRecord).map((part) => part['text']);
  return parts.filter((part) => typeof part === 'string').join('');
}

function hasOther(message: Json): boolean {
  const calls = message['tool_calls'];
  return (Array.isArray(calls) && calls.length > 0) || isRecord(message['function_call']) || isRecord(message['audio']);
}
