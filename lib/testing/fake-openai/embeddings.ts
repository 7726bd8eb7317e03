import { tokensOf } from '../fake-server/answers.js';
import { base64Of, embeddingOf } from '../fake-server/embedding.js';
import { json, type Reply } from '../fake-server/reply.js';
import { missingParameter, openaiError } from './error-body.js';
import type { FakeModel } from './model.js';

const maxInputs = 2_048;

/** POST /embeddings, as floats or base64. */
export function embeddings(body: Readonly<Record<string, unknown>>, model: FakeModel): Reply {
  const inputs = inputsOf(body['input']);
  if (!inputs) return missingParameter('input');
  if (inputs.length === 0 || inputs.length > maxInputs) {
    return openaiError(400, `'$.input' is invalid: ${inputs.length} items, expected 1 to ${maxInputs}.`, {
      param: 'input',
    });
  }
  if (inputs.includes('')) return openaiError(400, "'input' cannot be an empty string.", { param: 'input' });
  const { dimensions, encoding_format: format } = body;
  const size = typeof dimensions === 'number' ? dimensions : model.embeddingSize;
  const tokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0);
  const data = inputs.map((input, index) => {
    const vector = embeddingOf(input, size);
    return { object: 'embedding', index, embedding: format === 'base64' ? base64Of(vector) : vector };
  });
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return json(
    200,
    { object: 'list', data, model: String(body['model']), usage },
    { billed: true, tokens, inputTokens: tokens },
  );
}

/** Each text to embed; lists of token numbers count as texts of their own. Undefined where there is no input. */
export function inputsOf(input: unknown): string[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input)) return undefined;
  if (input.length > 0 && input.every((each) => typeof each === 'number')) return [JSON.stringify(input)];
  return input.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
}
