import { describeInput } from '../describe-input.js';
import { isRecord } from '../is-record.js';
import type { ProviderResponse } from '../provider.js';
import { ProviderError, failureVerdict, finalFailure } from '../provider-error.js';
import { embeddedError } from './error-details.js';
import { readGeminiUsage } from './read-usage.js';

/** Fields of a part that is text alone. */
const textFields: ReadonlySet<string> = new Set(['text', 'thought', 'thoughtSignature']);

type Json = Readonly<Record<string, unknown>>;

/** Reasons for which the text, whole or in part, was held back (v1beta FinishReason, an open set). */
const held = /^(SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII|IMAGE_(SAFETY|RECITATION|PROHIBITED_CONTENT))$/;
/** Reasons of an answer that went wrong and may go right another time. */
const spoilt =
  /^(MALFORMED_\w+|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|MISSING_THOUGHT_SIGNATURE|NO_IMAGE|IMAGE_OTHER)$/;

/**
 * The text of the first candidate without its thoughts; `''` where it only calls functions. Throws a ProviderError for a 200
 * that is no answer: a blocked prompt or answer is `content_filtered`; one that spent all of maxOutputTokens before the first
 * word is `invalid_response` for good, since the next would too; no candidates, or none of it readable, is tried again.
 */
export function readContent(body: unknown): ProviderResponse {
  if (!isRecord(body))
    throw new ProviderError(failureVerdict('invalid_response', `expected a JSON object, got ${describeInput(body)}`));
  const error = embeddedError(body);
  if (error !== undefined) throw error;
  const usage = readGeminiUsage(body['usageMetadata']);
  const kept = { raw: body, ...(usage === undefined ? {} : { usage }) };
  const candidates = body['candidates'];
  const candidate: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
  if (!isRecord(candidate)) throw withoutCandidates(body, kept);

  const reason = typeof candidate['finishReason'] === 'string' ? candidate['finishReason'] : 'STOP';
  const parts = partsOf(candidate['content']);
  if (held.test(reason)) throw new ProviderError(finalFailure('content_filtered', finished(candidate, reason), kept));
  const visible = parts.filter((part) => part['thought'] !== true);
  const text = visible.flatMap((part) => (typeof part['text'] === 'string' ? [part['text']] : [])).join('');
  const hasOther = visible.some((part) => Object.keys(part).some((name) => !textFields.has(name)));
  if (text !== '' || hasOther) return { output: text, ...kept };

  if (reason === 'MAX_TOKENS') {
    const advice =
      'the answer reached its token limit before the first word: raise maxOutputTokens or lower the thinking budget';
    throw new ProviderError(finalFailure('invalid_response', advice, kept));
  }
  if (reason === 'LANGUAGE')
    throw new ProviderError(finalFailure('invalid_request', finished(candidate, reason), kept));
  if (reason === 'OTHER') throw new ProviderError(finalFailure('content_filtered', finished(candidate, reason), kept));
  if (visible.length > 0 && !spoilt.test(reason)) return { output: '', ...kept };
  throw new ProviderError(failureVerdict('invalid_response', finished(candidate, reason)));
}

function withoutCandidates(body: Json, kept: { readonly raw: unknown }): ProviderError {
  const feedback = body['promptFeedback'];
  const reason = isRecord(feedback) ? feedback['blockReason'] : undefined;
  if (typeof reason !== 'string')
    return new ProviderError(failureVerdict('invalid_response', 'the answer has no candidates'));
  const note =
    isRecord(feedback) && typeof feedback['blockReasonMessage'] === 'string'
      ? `: ${feedback['blockReasonMessage']}`
      : '';
  return new ProviderError(finalFailure('content_filtered', `the prompt was blocked (${reason})${note}`, kept));
}

function finished(candidate: Json, reason: string): string {
  const note = typeof candidate['finishMessage'] === 'string' ? `: ${candidate['finishMessage']}` : '';
  return `the answer ended without content (${reason})${note}`;
}

function partsOf(content: unknown): readonly Json[] {
  const parts = isRecord(content) ? content['parts'] : undefined;
  return Array.isArray(parts) ? parts.filter(isRecord) : [];
}
