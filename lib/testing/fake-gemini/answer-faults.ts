import type { FaultContext } from '../fake-server/fault.js';
import { isRecord } from '../fake-server/is-record.js';
import type { Reply } from '../fake-server/reply.js';

export type BlockReason = 'SAFETY' | 'OTHER' | 'BLOCKLIST' | 'PROHIBITED_CONTENT' | 'IMAGE_SAFETY';

/** Reasons that come without content. */
export type FinishReason =
  | 'SAFETY'
  | 'RECITATION'
  | 'LANGUAGE'
  | 'OTHER'
  | 'BLOCKLIST'
  | 'PROHIBITED_CONTENT'
  | 'SPII'
  | 'MALFORMED_FUNCTION_CALL'
  | 'MAX_TOKENS';

type Json = Record<string, unknown>;

/** The prompt is refused: feedback, and no candidates at all. */
export function blockedPrompt(context: FaultContext, blockReason: BlockReason): Reply {
  return rewrite(context, ({ candidates, usageMetadata, ...rest }) => ({
    promptFeedback: { blockReason },
    usageMetadata: promptOnly(usageMetadata),
    ...(candidates === undefined ? {} : rest),
  }));
}

/** The answer is withheld: a candidate without content. */
export function blockedAnswer(context: FaultContext, finishReason: FinishReason): Reply {
  return rewrite(context, (body) => ({
    ...body,
    candidates: [{ finishReason, index: 0 }],
    usageMetadata: promptOnly(body['usageMetadata']),
  }));
}

/** The first half of the text. */
export function cutAtLimit(context: FaultContext): Reply {
  return rewrite(context, (body) => ({
    ...body,
    candidates: (body['candidates'] as Json[]).map((candidate) => ({
      ...candidate,
      finishReason: 'MAX_TOKENS',
      content: { role: 'model', parts: [{ text: half(candidate['content']) }] },
    })),
  }));
}

/** Changes the body of a generated answer; leaves anything else (an embedding) alone. */
function rewrite({ good }: FaultContext, change: (body: Json) => Json): Reply {
  if (typeof good?.body !== 'string') throw new Error('An answer to change is needed, so the fault must perform.');
  const body = JSON.parse(good.body) as Json;
  return Array.isArray(body['candidates']) ? { ...good, body: JSON.stringify(change(body)) } : good;
}

function promptOnly(usage: unknown): Json {
  const tokens = isRecord(usage) ? usage['promptTokenCount'] : 0;
  return { promptTokenCount: tokens, totalTokenCount: tokens };
}

function half(content: unknown): string {
  const parts = isRecord(content) ? (content['parts'] as Json[]) : [];
  const text = parts.map((part) => String(part['text'])).join('');
  return text.slice(0, Math.ceil(text.length / 2));
}
