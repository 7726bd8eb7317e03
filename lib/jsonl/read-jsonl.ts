import type { BatchItem } from '../core/item.js';
import { readRequests, type JsonlSource, type ReadJsonlOptions } from './read-requests.js';

/**
 * The items of a JSONL file or stream, for `client.map({ items: readJsonl('requests.jsonl') })`. Lines may be in any of
 * the four formats of {@link parseLine}, mixed as they like; blank lines are skipped. Nothing is read before somebody
 * iterates, and no more than a chunk ahead: a file of any size needs the memory of its longest line.
 *
 * A path can be iterated again, a stream only once. Errors with a `BatchError`: `invalid_item` with file and line number
 * for a line that is no request, `input_failed` where the source cannot be read.
 */
export function readJsonl(source: JsonlSource, options: ReadJsonlOptions = {}): AsyncIterable<BatchItem> {
  return { [Symbol.asyncIterator]: () => items(source, options) };
}

async function* items(source: JsonlSource, options: ReadJsonlOptions): AsyncGenerator<BatchItem, void, undefined> {
  for await (const request of readRequests(source, options)) yield request.item;
}
