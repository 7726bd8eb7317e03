import { json, type Reply } from '../fake-server/reply.js';
import { missingParameter, openaiError } from './error-body.js';
import type { FakeModel, ModelAnswer } from './model.js';

/** POST /chat/completions, without streaming. */
export function chatCompletions(body: Readonly<Record<string, unknown>>, model: FakeModel): Reply {
  if (!Array.isArray(body['messages'])) return missingParameter('messages');
  if (body['messages'].length === 0) {
    const message =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    return openaiError(400, message, { param: 'messages', code: 'empty_array' });
  }
  if (body['stream'] === true) return openaiError(400, 'This fake server does not stream.', { param: 'stream' });
  const answer = model.ask(body);
  const n = typeof body['n'] === 'number' ? body['n'] : 1;
  const completion = {
    id: `chatcmpl-${answer.key}`,
    object: 'chat.completion',
    created: answer.created,
    model: answer.model,
    choices: Array.from({ length: n }, (_, index) => choice(index, answer)),
    usage: usage(answer, n),
    service_tier: 'default',
    system_fingerprint: 'fp_fake',
  };
  return json(200, completion, {
    billed: true,
    tokens: completion.usage.total_tokens,
    inputTokens: answer.inputTokens,
  });
}

function choice(index: number, { text }: ModelAnswer): unknown {
  const message = { role: 'assistant', content: text, refusal: null, annotations: [] };
  return { index, message, logprobs: null, finish_reason: 'stop' };
}

function usage({ inputTokens, outputTokens }: ModelAnswer, n: number): { total_tokens: number } {
  return Object.assign(
    { prompt_tokens: inputTokens, completion_tokens: outputTokens * n, total_tokens: inputTokens + outputTokens * n },
    {
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
  );
}
