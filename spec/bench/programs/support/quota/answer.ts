import { answer } from '../items.js';

/** A chat completion of about 1 kB. */
export function answerBody(promptTokens: number): string {
  return JSON.stringify({
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1_700_000_000, model: 'bench' },
    choices: [{ index: 0, message: { role: 'assistant', content: answer.slice(0, 700) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: promptTokens, completion_tokens: 150, total_tokens: promptTokens + 150 },
  });
}
