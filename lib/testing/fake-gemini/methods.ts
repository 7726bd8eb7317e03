import { isRecord } from '../fake-server/is-record.js';
import type { Reply } from '../fake-server/reply.js';
import { batchEmbedContents, embedContent } from './embed-content.js';
import { invalidArgument, noSuchModel } from './error-body.js';
import { generateContent } from './generate-content.js';
import type { FakeGeminiOptions } from './options.js';

export type ModelMethod = 'generateContent' | 'embedContent' | 'batchEmbedContents';

export const methodNames: readonly ModelMethod[] = ['generateContent', 'embedContent', 'batchEmbedContents'];

/** Answers a request body, whether it came over HTTP or in a batch line. */
export function answerRequest(method: ModelMethod, model: string, body: unknown, options: FakeGeminiOptions): Reply {
  if (options.models && !options.models.includes(model)) return noSuchModel(model, method);
  if (!isRecord(body)) return invalidArgument('Invalid JSON payload received. Expected an object.');
  switch (method) {
    case 'generateContent':
      return generateContent(body, model, options);
    case 'embedContent':
      return embedContent(body, options);
    case 'batchEmbedContents':
      return batchEmbedContents(body, options);
  }
}
