import type { FaultContext } from '../fake-server/fault.js';
import { isRecord } from '../fake-server/is-record.js';
import type { Reply } from '../fake-server/reply.js';

const refusalText = "I'm sorry, I can't assist with that request.";

/** The answer withheld by the provider's filter. */
export function contentFiltered(context: FaultContext): Reply {
  return rewrite(
    context,
    (choice) => ({
      ...choice,
      finish_reason: 'content_filter',
      message: { role: 'assistant', content: null, refusal: null },
    }),
    (response) => ({ ...response, status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] }),
  );
}

/** The model's own refusal. */
export function refusedByModel(context: FaultContext): Reply {
  return rewrite(
    context,
    (choice) => ({ ...choice, message: { role: 'assistant', content: null, refusal: refusalText } }),
    (response) => withContent(response, () => ({ type: 'refusal', refusal: refusalText })),
  );
}

/** The first half of the text, cut by the output limit. */
export function cutAtLength(context: FaultContext): Reply {
  return rewrite(
    context,
    (choice) => {
      const message = isRecord(choice['message']) ? choice['message'] : {};
      return { ...choice, finish_reason: 'length', message: { ...message, content: half(message['content']) } };
    },
    (response) => ({
      ...withContent(response, (part) => ({ ...part, text: half(part['text']) })),
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    }),
  );
}

type Json = Record<string, unknown>;

/** Changes each choice of a chat completion, or the body of a response; leaves anything else (an embedding) alone. */
function rewrite(
  { good }: FaultContext,
  ofChoice: (choice: Json) => Json,
  ofResponse: (response: Json) => Json,
): Reply {
  if (typeof good?.body !== 'string') throw new Error('An answer to change is needed, so the fault must perform.');
  const body = JSON.parse(good.body) as Json;
  if (Array.isArray(body['choices'])) {
    const choices = body['choices'].map((choice) => ofChoice(choice as Json));
    return { ...good, body: JSON.stringify({ ...body, choices }) };
  }
  return body['object'] === 'response' ? { ...good, body: JSON.stringify(ofResponse(body)) } : good;
}

function withContent(response: Json, change: (part: Json) => Json): Json {
  const output = (response['output'] as Json[]).map((item) => ({
    ...item,
    content: (item['content'] as Json[]).map(change),
  }));
  return { ...response, output };
}

function half(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, Math.ceil(text.length / 2)) : '';
}
