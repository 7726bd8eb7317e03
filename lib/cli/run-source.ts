import { BatchError, isBatchError } from '../core/errors.js';
import type { BatchItem } from '../core/item.js';
import { createEndpointCheck } from '../jsonl/endpoint-check.js';
import { readRequests, type JsonlSource, type NumberedRequest } from '../jsonl/read-requests.js';

/** The input of a run, opened: its first line has been looked at. */
export interface RunSource {
  /** What the first line is written for, if it says. */
  readonly firstEndpoint: string | undefined;
  /** Whether there is nothing in it. */
  readonly empty: boolean;
  /** Every request, once. `endpoint`: what each line that names one must name. */
  items(options: {
    readonly limit: number | undefined;
    readonly endpoint: string | undefined;
  }): AsyncIterable<BatchItem>;
  /** An error the engine raised over an item, with file and line. */
  readonly explain: (error: unknown) => unknown;
}

/** Opens an input; rejects with a `BatchError` if its first line is no request. `name` is how messages call it. */
export async function openInput(source: JsonlSource, name: string): Promise<RunSource> {
  const requests = readRequests(source, { name });
  const first = await requests.next();
  let line = 0;

  async function* items(limit: number, endpoint: string | undefined): AsyncGenerator<BatchItem, void, undefined> {
    const check = createEndpointCheck(endpoint);
    let count = 0;
    for await (const request of withFirst(first, requests)) {
      line = request.line;
      const problem = check(request.endpoint, line);
      if (problem !== undefined) throw new BatchError('invalid_item', `${name}:${String(line)}: ${problem}`);
      yield request.item;
      if (++count >= limit) return;
    }
  }

  return {
    firstEndpoint: first.done === true ? undefined : first.value.endpoint,
    empty: first.done === true,
    items: ({ limit = Infinity, endpoint }) => items(limit, endpoint),
    explain: (error) => {
      // The engine takes an item in before it asks for the next, so the last one handed out is the one it speaks of.
      if (!isBatchError(error) || !/^item \d+: /.test(error.message)) return error;
      const message = error.message.replace(/^item \d+/, `${name}:${String(line)}`);
      return new BatchError(error.code, message, { cause: error });
    },
  };
}

async function* withFirst(
  first: IteratorResult<NumberedRequest, void>,
  rest: AsyncGenerator<NumberedRequest, void, undefined>,
): AsyncGenerator<NumberedRequest, void, undefined> {
  if (first.done === true) return;
  try {
    yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}
