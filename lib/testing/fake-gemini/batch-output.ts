import { FileWriter } from '../fake-server/file-writer.js';
import { isRecord } from '../fake-server/is-record.js';
import type { LedgerBatch } from '../fake-server/ledger-entry.js';
import type { LinePlace } from '../fake-server/line-runner.js';
import type { Reply } from '../fake-server/reply.js';
import { runLine } from '../fake-server/run-line.js';
import { type InputLine, parseLine } from './batch-input.js';
import { rpcCodeOf } from './error-body.js';
import { answerRequest, type ModelMethod } from './methods.js';
import type { Native } from './native.js';

/** Answers the lines of a batch and writes them to its output, good and bad ones. */
export class BatchOutput {
  readonly file: FileWriter;
  successful = 0;
  failed = 0;
  readonly #native: Native;
  readonly #method: ModelMethod;
  readonly #batch: LedgerBatch;

  constructor(native: Native, method: ModelMethod, batch: LedgerBatch) {
    this.#native = native;
    this.#method = method;
    this.#batch = batch;
    this.file = new FileWriter(native.parts.temp.next());
  }

  async run(text: string, place: LinePlace): Promise<void> {
    const input = parseLine(text);
    if (!input) return;
    const { request, key } = input;
    const itemId = typeof key === 'string' ? key : String(place.number);
    const { reply, line } = runLine(
      { itemId, body: request, text, path: this.#batch.model, place },
      this.#batch,
      this.#native.parts,
      () => this.#answer(request),
    );
    const output = reply && line !== 'no-answer' && line !== 'status-zero' ? outcomeOf(reply) : internalError;
    if (output.startsWith('"response"')) this.successful++;
    else this.failed++;
    if (line === 'missing') return;
    const written = `{${this.#idOf(input, line === 'no-key')}${output}}\n`;
    await this.file.write(line === 'duplicate' ? written + written : written);
  }

  /** A good answer to something nobody asked. */
  async writeForeign(n: number): Promise<void> {
    const content = { parts: [{ text: 'foreign' }] };
    const reply = answerRequest(
      this.#method,
      this.#batch.model,
      { contents: [content], content },
      this.#native.options,
    );
    await this.file.write(`{"key":"foreign-${n}",${outcomeOf(reply)}}\n`);
  }

  #answer(request: Record<string, unknown>): Reply {
    const { options, parts } = this.#native;
    const config = request['generationConfig'];
    const degenerate =
      parts.batchOptions().jsonSchemaInBatch === 'degenerate' &&
      isRecord(config) &&
      config['responseJsonSchema'] !== undefined;
    return answerRequest(
      this.#method,
      this.#batch.model,
      request,
      degenerate ? { ...options, answer: () => '{}' } : options,
    );
  }

  /** What says which request the line answers. */
  #idOf({ key, metadata }: InputLine, lost: boolean): string {
    const { embeddingKeys = true, inlineMetadata = true } = this.#native.parts.batchOptions();
    if (lost || (this.#method === 'embedContent' && !embeddingKeys)) return '';
    const keyPart = key === undefined ? '' : `"key":${JSON.stringify(key)},`;
    return metadata === undefined || !inlineMetadata ? keyPart : `${keyPart}"metadata":${JSON.stringify(metadata)},`;
  }
}

const internalError = '"error":{"code":13,"message":"Internal error."}';

function outcomeOf({ status, body }: Reply): string {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
  const whole = text.startsWith('{') && text.endsWith('}');
  if (status < 400) return `"response":${whole ? text : JSON.stringify(text)}`;
  const parsed: unknown = whole ? JSON.parse(text) : {};
  const error = isRecord(parsed) && isRecord(parsed['error']) ? parsed['error'] : {};
  const message = typeof error['message'] === 'string' ? error['message'] : text;
  return `"error":${JSON.stringify({ code: rpcCodeOf(status), message })}`;
}
