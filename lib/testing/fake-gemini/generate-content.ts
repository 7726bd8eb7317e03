import { defaultAnswer, tokensOf } from '../fake-server/answers.js';
import { bodyKey } from '../fake-server/hashing.js';
import { json, type Reply } from '../fake-server/reply.js';
import { invalidArgument } from './error-body.js';
import type { FakeGeminiOptions } from './options.js';
import { requestText, wantedSchema } from './request-text.js';

/** Models/{model}:generateContent. */
export function generateContent(
  body: Readonly<Record<string, unknown>>,
  model: string,
  options: FakeGeminiOptions,
): Reply {
  const { contents, generationConfig } = body;
  if (!Array.isArray(contents) || contents.length === 0) {
    return invalidArgument('* GenerateContentRequest.contents: contents is not specified\n');
  }
  const { all, last } = requestText(body);
  const text = options.answer?.({ body, model, text: last }) ?? defaultAnswer(last, wantedSchema(body));
  const usageMetadata = usageOf(all, text, options.thoughtTokens ?? 0);
  const candidate = { content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP', index: 0 };
  const response = {
    candidates: [candidate],
    usageMetadata,
    modelVersion: model,
    responseId: bodyKey({ contents, generationConfig, model }),
  };
  return json(200, response, { billed: true, tokens: usageMetadata.totalTokenCount });
}

function usageOf(prompt: string, answer: string, thoughts: number): { totalTokenCount: number } {
  const promptTokenCount = Math.max(1, tokensOf(prompt));
  const candidatesTokenCount = Math.max(1, tokensOf(answer));
  return Object.assign(
    { promptTokenCount, candidatesTokenCount },
    thoughts > 0 && { thoughtsTokenCount: thoughts },
    { totalTokenCount: promptTokenCount + candidatesTokenCount + thoughts },
    { promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokenCount }] },
  );
}
