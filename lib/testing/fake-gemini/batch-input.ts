import { tokensOf } from '../fake-server/answers.js';
import type { BatchFailure } from '../fake-server/batch-options.js';
import { isRecord } from '../fake-server/is-record.js';
import type { LinePlace } from '../fake-server/line-runner.js';
import { linesOf } from '../fake-server/lines.js';
import { lineFailure } from '../fake-server/run-line.js';
import { requestText } from './request-text.js';

/** A line of an input file; inline requests are written down in the same form. */
export interface InputLine {
  readonly key?: unknown;
  readonly request: Record<string, unknown>;
  readonly metadata?: unknown;
}

export interface CheckedInput {
  readonly places: readonly LinePlace[];
  readonly failures: readonly BatchFailure[];
  readonly tokens: number;
}

/** Reads an input once, as far as the first line that is none. */
export async function checkInput(path: string, maxRequests = Infinity): Promise<CheckedInput> {
  const places: LinePlace[] = [];
  let tokens = 0;
  const failed = (message: string, line: number | null): CheckedInput => ({
    ...{ places: [], tokens: 0 },
    failures: [lineFailure('INVALID_ARGUMENT', message, line)],
  });
  for await (const { text, number, start, end } of linesOf(path)) {
    const line = parseLine(text);
    if (!line)
      return failed(
        `Failed to parse line ${number} of the input file: expected {"key": ..., "request": {...}}.`,
        number,
      );
    tokens += tokensOf(requestText(line.request).all);
    places.push({ start, end, number });
  }
  if (places.length === 0) return failed('The input file is empty.', null);
  if (places.length > maxRequests) return failed(`Too many requests: at most ${maxRequests}.`, null);
  return { places, failures: [], tokens };
}

export function parseLine(text: string): InputLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return isRecord(line) && isRecord(line['request']) ? { ...line, request: line['request'] } : undefined;
  } catch {
    return undefined;
  }
}
