import type { Writable } from 'node:stream';
import { isBatchError, messageOf } from '../core/errors.js';
import { inCommandWords } from './command-words.js';
import { CommandFailure } from './failure.js';
import type { CliIo } from './io.js';

/** Where JSON for machines goes: stdout, unless the results go there. */
export const machineStream = ({ output }: { readonly output?: string | undefined }, io: CliIo): Writable =>
  output === '-' ? io.stderr : io.stdout;

/** One JSON document on one line. */
export const writeJson = (stream: Writable, value: unknown): void => void stream.write(`${JSON.stringify(value)}\n`);

/** An error as one sentence without a stack, as commands end with it. */
export function sentence(error: unknown): string {
  return inCommandWords(messageOf(error))
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}

/** What a script may look at: `output_failed` and the like have no place in the library's closed set of codes. */
export function errorCodeOf(error: unknown): string {
  if (isBatchError(error)) return error.code;
  return error instanceof CommandFailure ? 'command' : 'internal';
}
