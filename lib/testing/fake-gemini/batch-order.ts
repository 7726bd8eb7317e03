import { FileWriter } from '../fake-server/file-writer.js';
import { isRecord } from '../fake-server/is-record.js';
import type { Reply } from '../fake-server/reply.js';
import { checkInput } from './batch-input.js';
import { geminiError, invalidArgument, noSuchModel } from './error-body.js';
import type { BatchOrder } from './gemini-batch.js';
import type { Native } from './native.js';

const maxInlineBytes = 20_000_000;

interface Source {
  readonly fileName: string | undefined;
  readonly path: string;
}

/** Checks a create request; counts its tokens at once, for Gemini refuses at once what does not fit. */
export async function readOrder(
  text: string,
  body: unknown,
  model: string,
  method: BatchOrder['method'],
  native: Native,
): Promise<BatchOrder | Reply> {
  const { options, parts, enqueued, newId } = native;
  if (options.models && !options.models.includes(model)) return noSuchModel(model, 'batchGenerateContent');
  const batch = isRecord(body) ? body['batch'] : undefined;
  if (!isRecord(batch) || !isRecord(batch['inputConfig']))
    return invalidArgument('* batch.input_config: is required\n');
  if (Buffer.byteLength(text) > maxInlineBytes)
    return invalidArgument('Request payload size exceeds the limit: 20971520 bytes.');
  const source = await sourceOf(batch['inputConfig'], native);
  if ('status' in source) return source;
  const { maxRequests, enqueuedTokens, maxConcurrent = 100 } = parts.batchOptions();
  if (native.schedule.unfinished >= maxConcurrent) {
    return geminiError(429, `Resource has been exhausted: at most ${maxConcurrent} concurrent batch requests.`);
  }
  const input = await checkInput(source.path, maxRequests);
  if (!enqueued.enter(model, input.tokens, enqueuedTokens)) {
    return geminiError(
      429,
      `Resource has been exhausted: batch enqueued tokens of ${model}, limit: ${enqueuedTokens ?? 0}.`,
    );
  }
  const displayName = typeof batch['displayName'] === 'string' ? batch['displayName'] : '';
  return { id: newId(), method, model, displayName, ...source, input };
}

async function sourceOf(config: Record<string, unknown>, { files, parts }: Native): Promise<Source | Reply> {
  // The SDKs spell it in both ways.
  const fileName = config['fileName'] ?? config['file_name'];
  if (typeof fileName === 'string') {
    const file = files.get(fileName.replace(/^files\//, ''));
    return file ? { fileName, path: file.path } : geminiError(404, `The input file ${fileName} was not found.`);
  }
  const inlined = isRecord(config['requests']) ? config['requests']['requests'] : undefined;
  if (!Array.isArray(inlined) || inlined.length === 0)
    return invalidArgument('* batch.input_config: no requests and no file\n');
  const writer = new FileWriter(parts.temp.next());
  for (const request of inlined) await writer.write(`${JSON.stringify(request)}\n`);
  await writer.close();
  return { fileName: undefined, path: writer.path };
}

export function isReply(value: BatchOrder | Reply): value is Reply {
  return 'status' in value;
}
