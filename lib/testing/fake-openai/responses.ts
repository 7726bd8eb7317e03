import { json, type Reply } from '../fake-server/reply.js';
import { missingParameter, openaiError } from './error-body.js';
import type { FakeModel } from './model.js';

/** POST /responses, without streaming, tools or background mode. */
export function responses(body: Readonly<Record<string, unknown>>, model: FakeModel): Reply {
  if (body['input'] === undefined) return missingParameter('input');
  if (body['stream'] === true) return openaiError(400, 'This fake server does not stream.', { param: 'stream' });
  const answer = model.ask(body);
  const total = answer.inputTokens + answer.outputTokens;
  const response = {
    id: `resp_${answer.key}`,
    object: 'response',
    created_at: answer.created,
    completed_at: answer.created,
    status: 'completed',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: null,
    model: answer.model,
    output: [
      {
        id: `msg_${answer.key}`,
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', annotations: [], logprobs: [], text: answer.text }],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: {
      input_tokens: answer.inputTokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: answer.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: total,
    },
    metadata: body['metadata'] ?? {},
  };
  return json(200, response, { billed: true, tokens: total, inputTokens: answer.inputTokens });
}
