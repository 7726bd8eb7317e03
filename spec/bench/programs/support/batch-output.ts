import { usage } from './items.js';

const filler = 'A sentence of a long answer that says little and is not the same twice. '.repeat(200);

/** The ids of an uploaded file of requests, in its order. */
export function idsOf(upload: string): readonly string[] {
  return Array.from(upload.matchAll(/^\{"custom_id":"([^"]+)"/gm), ([, id]) => id ?? '');
}

/** The output file a batch of these ids has, with lines of so many bytes. */
export function outputOf(ids: readonly string[], lineBytes: number): Buffer {
  return Buffer.concat(ids.map((id, at) => Buffer.from(`${lineOf(id, at, lineBytes)}\n`)));
}

function lineOf(id: string, at: number, bytes: number): string {
  const content = `${String(at)} `;
  const bare = JSON.stringify(outputLine(id, content));
  return JSON.stringify(outputLine(id, content + filler.slice(0, Math.max(0, bytes - 1 - bare.length))));
}

function outputLine(id: string, content: string): object {
  const { inputTokens, outputTokens } = usage;
  return {
    id: `batch_req_${id}`,
    custom_id: id,
    response: {
      status_code: 200,
      request_id: `req_${id}`,
      body: {
        ...{ id: `chatcmpl-${id}`, object: 'chat.completion', created: 1_700_000_000, model: 'bench' },
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: {
          ...{ prompt_tokens: inputTokens, completion_tokens: outputTokens },
          total_tokens: inputTokens + outputTokens,
        },
      },
    },
    error: null,
  };
}
