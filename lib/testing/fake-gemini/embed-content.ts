import { tokensOf } from '../fake-server/answers.js';
import { embeddingOf } from '../fake-server/embedding.js';
import { isRecord } from '../fake-server/is-record.js';
import { json, type Reply } from '../fake-server/reply.js';
import { invalidArgument } from './error-body.js';
import type { FakeGeminiOptions } from './options.js';
import { contentText } from './request-text.js';

const maxRequests = 100;

/** Models/{model}:embedContent. */
export function embedContent(body: Readonly<Record<string, unknown>>, options: FakeGeminiOptions): Reply {
  const text = contentText(body['content']);
  if (text === '') return invalidArgument('* EmbedContentRequest.content: contents is not specified\n');
  const tokens = tokensOf(text);
  const answer = { embedding: { values: vector(body, text, options) }, usageMetadata: { promptTokenCount: tokens } };
  return json(200, answer, { billed: true, tokens });
}

/** Models/{model}:batchEmbedContents, which is an ordinary request with several contents. */
export function batchEmbedContents(body: Readonly<Record<string, unknown>>, options: FakeGeminiOptions): Reply {
  const requests: unknown = body['requests'];
  if (!Array.isArray(requests) || requests.length === 0) {
    return invalidArgument('* BatchEmbedContentsRequest.requests: requests is not specified\n');
  }
  if (requests.length > maxRequests) {
    return invalidArgument(
      `* BatchEmbedContentsRequest.requests: at most ${maxRequests} requests can be in one batch\n`,
    );
  }
  const records = requests.filter(isRecord);
  const texts = records.map((request) => contentText(request['content']));
  if (texts.includes('')) return invalidArgument('* BatchEmbedContentsRequest.requests: content is empty\n');
  const tokens = texts.reduce((sum, text) => sum + tokensOf(text), 0);
  const embeddings = records.map((request, index) => ({ values: vector(request, texts[index] ?? '', options) }));
  return json(200, { embeddings, usageMetadata: { promptTokenCount: tokens } }, { billed: true, tokens });
}

function vector(request: Readonly<Record<string, unknown>>, text: string, options: FakeGeminiOptions): number[] {
  const config = isRecord(request['embedContentConfig']) ? request['embedContentConfig'] : {};
  const size = request['outputDimensionality'] ?? config['outputDimensionality'];
  return embeddingOf(text, typeof size === 'number' ? size : (options.embeddingSize ?? 16));
}
