import type { ResultPage } from '../../native.js';
import { downloadLines } from './download.js';
import type { GeminiRest } from './plumbing.js';
import type { LineReading } from './read-line.js';
import { readGeminiEntry, readGeminiLine } from './read-line.js';
import { inlineBatch, inlineResponses } from './read-operation.js';

const inlinePage = 256;

/** Results of an output: a file, or the operation itself, whose offsets are numbers of responses. */
export async function* readResults(
  rest: GeminiRest,
  output: string,
  from: number,
  reading: LineReading,
  signal: AbortSignal,
): AsyncGenerator<ResultPage, void, undefined> {
  const batchId = inlineBatch(output);
  if (batchId !== undefined) {
    const responses = inlineResponses(await (await rest.get({ path: batchId, signal })).json());
    for (let start = from; start < responses.length; start += inlinePage) {
      const page = responses.slice(start, start + inlinePage);
      const results = page.map((entry, n) => readGeminiEntry(entry, JSON.stringify(entry), start + n, reading));
      yield { results, offset: start + page.length };
    }
    return;
  }
  // Only an embedding is ever told by its place.
  const counted = reading.endpoint === 'embedContent';
  for await (const { lines, first, offset } of downloadLines(rest, output, from, counted, signal)) {
    yield { results: lines.map((text, n) => readGeminiLine(text, first + n, reading)), offset };
  }
}
