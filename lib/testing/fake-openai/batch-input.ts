import { tokensOf } from '../fake-server/answers.js';
import type { BatchFailure, BatchOptions } from '../fake-server/batch-options.js';
import { isRecord } from '../fake-server/is-record.js';
import type { LinePlace } from '../fake-server/line-runner.js';
import { type Line, linesOf } from '../fake-server/lines.js';
import { lineFailure } from '../fake-server/run-line.js';
import { inputsOf } from './embeddings.js';
import type { Endpoint } from './endpoints.js';
import { requestText } from './request-text.js';

/** More reasons than these are not listed. */
const maxFailures = 100;

/** The input of a batch, checked line by line; nothing but places and ids is kept of it. */
export class BatchInput {
  readonly places: LinePlace[] = [];
  readonly failures: BatchFailure[] = [];
  model = '';
  tokens = 0;
  readonly #ids = new Set<string>();
  readonly #endpoint: Endpoint;
  readonly #models: readonly string[] | undefined;
  #embeddingInputs = 0;

  constructor(endpoint: Endpoint, models: readonly string[] | undefined) {
    this.#endpoint = endpoint;
    this.#models = models;
  }

  async check(path: string, { maxRequests = 50_000, maxEmbeddingInputs = 50_000 }: BatchOptions): Promise<void> {
    for await (const line of linesOf(path)) {
      const failure = this.#check(line);
      if (failure) this.failures.push(failure);
      if (this.failures.length >= maxFailures) break;
      this.places.push({ start: line.start, end: line.end, number: line.number });
    }
    this.#ids.clear();
    if (this.places.length === 0 && this.failures.length === 0) {
      this.#fail('empty_file', 'The input file is empty. Please ensure that the batch contains at least one request.');
    }
    if (this.places.length > maxRequests) {
      this.#fail('too_many_tasks', `The batch input file contains too many requests. The limit is ${maxRequests}.`);
    }
    if (this.#embeddingInputs > maxEmbeddingInputs) {
      this.#fail(
        'too_many_tasks',
        `The batch input file contains too many embedding inputs. The limit is ${maxEmbeddingInputs}.`,
      );
    }
  }

  #fail(code: string, message: string): void {
    this.failures.push(lineFailure(code, message, null));
  }

  #check({ text, number }: Line): BatchFailure | undefined {
    const line = parse(text);
    if (!line) return lineFailure('invalid_json_line', 'This line is not parseable as valid JSON.', number);
    const { custom_id: id, method, url, body } = line;
    if (typeof id !== 'string') return missing('custom_id', number);
    if (this.#ids.has(id)) {
      const message = `The custom_id '${id}' for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch.`;
      return lineFailure('duplicate_custom_id', message, number, 'custom_id');
    }
    this.#ids.add(id);
    if (method !== 'POST') return lineFailure('invalid_method', "The HTTP method must be 'POST'.", number, 'method');
    if (url !== this.#endpoint) {
      return lineFailure(
        'url_mismatch',
        'The URL provided for this request does not match the batch endpoint.',
        number,
        'url',
      );
    }
    return isRecord(body) ? this.#checkBody(body, number) : missing('body', number);
  }

  #checkBody(body: Record<string, unknown>, number: number): BatchFailure | undefined {
    const model = body['model'];
    if (typeof model !== 'string') return missing('body.model', number);
    if (this.#models && !this.#models.includes(model)) {
      return lineFailure(
        'model_not_found',
        `The provided model '${model}' is not supported by the Batch API.`,
        number,
        'body.model',
      );
    }
    this.model ||= model;
    if (model !== this.model) {
      const message = `The model '${model}' does not match the model '${this.model}' of the batch. A batch input file may hold requests to one model only.`;
      return lineFailure('model_mismatch', message, number, 'body.model');
    }
    this.tokens += tokensOf(requestText(body).all);
    if (this.#endpoint === '/v1/embeddings') this.#embeddingInputs += inputsOf(body['input'])?.length ?? 0;
    return undefined;
  }
}

function missing(param: string, line: number): BatchFailure {
  return lineFailure('missing_required_parameter', `Missing required parameter: '${param}'.`, line, param);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
