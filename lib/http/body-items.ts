import { isBatchError } from '../core/errors.js';
import type { BatchItem } from '../core/item.js';
import { issuesOf, itemLine, jobLine } from './body-schemas.js';
import { Problem } from './problem.js';
import { lineProblem, readLines, type BodyLine, type LineLimits } from './read-lines.js';
import type { WireJobOptions } from './wire.js';

export interface BodyLimits extends LineLimits {
  readonly maxItems: number;
}

/** A body of `POST /jobs`: options, where the first line has some, then items, read as somebody asks for them. */
export class BodyItems {
  readonly #lines: AsyncGenerator<BodyLine, void, undefined>;
  #line = 0;
  #ended = false;
  #problem: Problem | undefined;
  #pending: BatchItem | undefined;

  constructor(
    body: ReadableStream<Uint8Array>,
    private readonly limits: BodyLimits,
  ) {
    this.#lines = readLines(body, limits);
  }

  /** The whole body was read, and asked for more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads the first line. To be called once, before the items are. */
  async options(): Promise<WireJobOptions> {
    const first = await this.#next();
    if (first === undefined) {
      const detail = 'The body is empty: expected one item a line, as JSON; a job without any is {"job":{}}';
      throw new Problem(400, 'bad_request', detail);
    }
    if (!isJobLine(first)) {
      this.#pending = this.#item(first);
      return {};
    }
    const parsed = jobLine.safeParse(first);
    if (!parsed.success) {
      const [{ field, message } = { field: 'job', message: 'wrong' }] = issuesOf(parsed.error);
      throw lineProblem(this.#line, field, message);
    }
    return parsed.data.job;
  }

  async *items(): AsyncGenerator<BatchItem, void, undefined> {
    let count = 0;
    try {
      if (this.#pending !== undefined) {
        count++;
        yield this.#pending;
        this.#pending = undefined;
      }
      for (let value = await this.#next(); value !== undefined; value = await this.#next()) {
        if (++count > this.limits.maxItems)
          throw new Problem(413, 'body_too_large', `More than ${this.limits.maxItems.toLocaleString('en-US')} items`);
        yield this.#item(value);
      }
      this.#ended = true;
    } catch (error) {
      if (error instanceof Problem) this.#problem = error;
      throw error;
    }
  }

  /** What went wrong with the input, as the answer to it: a refusal of the library's concerns the line last read. */
  problemOf(error: unknown): Problem | undefined {
    if (this.#problem !== undefined || this.#ended || !isBatchError(error)) return this.#problem;
    if (error.code === 'invalid_item') return lineProblem(this.#line, '', error.message);
    if (error.code !== 'duplicate_item' && error.code !== 'item_conflict') return undefined;
    const errors = [{ line: this.#line, field: 'itemId', message: error.message }];
    const status = error.code === 'item_conflict' ? 409 : 400;
    return new Problem(status, error.code, `Line ${String(this.#line)}: ${error.message}`, { errors });
  }

  /** Reads no further. */
  close(): void {
    this.#lines.return().catch(() => undefined);
  }

  async #next(): Promise<unknown> {
    const { done, value } = await this.#lines.next();
    if (done === true) return undefined;
    this.#line = value.number;
    const line = parsed(value);
    if (mayOverflow.test(value.text) && holdsInfinity(line))
      throw lineProblem(value.number, '', 'a number that is too large to be kept, such as 1e999');
    return line;
  }

  #item(value: unknown): BatchItem {
    const parsed = itemLine.safeParse(value);
    if (parsed.success) return parsed.data;
    const [{ field, message } = { field: '', message: 'wrong' }] = issuesOf(parsed.error);
    throw lineProblem(this.#line, field, message);
  }
}

function isJobLine(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'job') && !Object.hasOwn(value, 'input');
}

function parsed({ number, text }: BodyLine): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw lineProblem(number, '', 'not JSON');
  }
}

/** Text that may, seldom does, hold such a number. */
const mayOverflow = /\d[eE]\+?\d{2}|\d{300}/;

/** `1e999` is read as Infinity, and would be kept as null. */
function holdsInfinity(value: unknown): boolean {
  const rest = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'number' && !Number.isFinite(next)) return true;
    if (typeof next === 'object' && next !== null) for (const part of Object.values(next)) rest.push(part);
  }
  return false;
}
