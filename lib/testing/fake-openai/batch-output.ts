import { FileWriter } from '../fake-server/file-writer.js';
import { textKey } from '../fake-server/hashing.js';
import type { LedgerBatch } from '../fake-server/ledger-entry.js';
import type { LinePlace } from '../fake-server/line-runner.js';
import type { Reply } from '../fake-server/reply.js';
import { runLine } from '../fake-server/run-line.js';
import { answerRequest, type Endpoint } from './endpoints.js';
import type { Native } from './native.js';

/** Answers the lines of a batch and writes them to its output or its error file. */
export class BatchOutput {
  readonly output: FileWriter;
  readonly errors: FileWriter;
  completed = 0;
  failed = 0;
  inputTokens = 0;
  outputTokens = 0;
  readonly #native: Native;
  readonly #endpoint: Endpoint;
  readonly #batch: LedgerBatch;

  constructor(native: Native, endpoint: Endpoint, batch: LedgerBatch) {
    this.#native = native;
    this.#endpoint = endpoint;
    this.#batch = batch;
    this.output = new FileWriter(native.parts.temp.next());
    this.errors = new FileWriter(native.parts.temp.next());
  }

  async run(text: string, place: LinePlace): Promise<void> {
    const { custom_id: id, body } = JSON.parse(text) as { readonly custom_id: string; readonly body: unknown };
    const { parts, model, options } = this.#native;
    const request = { itemId: id, body, text, path: this.#endpoint, place };
    const { reply, line } = runLine(request, this.#batch, parts, () =>
      answerRequest(this.#endpoint, body, model, options.models),
    );
    if (line === 'status-zero') return this.#complete(id, place, { status: 0, body: 'null' });
    if (!reply || line === 'no-answer') {
      this.failed++;
      return this.writeError(id, place, 'server_error', 'The request could not be executed.');
    }
    if (reply.status >= 400) {
      this.failed++;
      return this.errors.write(answerLine(this.#lineId(place), id, reply));
    }
    if (line === 'missing') {
      this.completed++;
      return;
    }
    await this.#complete(id, place, reply);
    if (line === 'duplicate') await this.output.write(answerLine(this.#lineId(place), id, reply));
  }

  /** A line without an HTTP response. */
  async writeError(id: string, place: Pick<LinePlace, 'number'>, code: string, message: string): Promise<void> {
    const line = { id: this.#lineId(place), custom_id: id, response: null, error: { code, message } };
    await this.errors.write(`${JSON.stringify(line)}\n`);
  }

  /** A good answer to something nobody asked. */
  async writeForeign(n: number): Promise<void> {
    const body = { model: this.#batch.model, messages: [{ role: 'user', content: 'foreign' }], input: 'foreign' };
    const reply = answerRequest(this.#endpoint, body, this.#native.model, undefined);
    await this.output.write(answerLine(this.#lineId({ number: -n }), `foreign-${n}`, reply));
  }

  async #complete(id: string, place: LinePlace, reply: Reply): Promise<void> {
    this.completed++;
    const { inputTokens = 0, tokens = inputTokens } = reply;
    this.inputTokens += inputTokens;
    this.outputTokens += tokens - inputTokens;
    await this.output.write(answerLine(this.#lineId(place), id, reply));
  }

  #lineId({ number }: Pick<LinePlace, 'number'>): string {
    return `batch_req_${textKey(`${this.#batch.id} ${number}`)}`;
  }
}

/** The reply's body is JSON already, and may be long: it goes in as it is. */
function answerLine(lineId: string, customId: string, { status, body }: Pick<Reply, 'status' | 'body'>): string {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : 'null';
  const response = `{"status_code":${status},"request_id":"req_${lineId.slice(10)}","body":${jsonOf(text)}}`;
  return `{"id":"${lineId}","custom_id":${JSON.stringify(customId)},"response":${response},"error":null}\n`;
}

/** A fault may have made something of the body that is no JSON; within a line it is then a text, or the line would break. */
function jsonOf(text: string): string {
  const looksWhole = (text.startsWith('{') && text.endsWith('}')) || text === 'null';
  return looksWhole ? text : JSON.stringify(text);
}
