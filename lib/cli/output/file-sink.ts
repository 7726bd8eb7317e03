import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cannotWrite } from './check-output.js';
import type { LineSink } from './line-sink.js';

const bufferLength = 256 * 1024;

/**
 * A file that is there complete or not at all: lines go to a temporary file in the same folder, which is synced and takes
 * the place of `path` at the end. Something that is no regular file (`/dev/null`, a FIFO) is written as it is.
 */
export function fileSink(path: string): LineSink {
  const existing = statSync(path, { throwIfNoEntry: false });
  const special = existing !== undefined && !existing.isFile();
  const target = special ? path : join(dirname(path), `.${basename(path)}.${String(process.pid)}.tmp`);
  const guard = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
  const file = guard(() => openSync(target, 'w', existing?.mode));
  let waiting = '';
  const flush = (): void => {
    writeAll(file, waiting);
    waiting = '';
  };
  return {
    write: (line) => {
      waiting += `${line}\n`;
      if (waiting.length >= bufferLength) guard(flush);
      return undefined;
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous; a throw must be a rejection
    commit: async () =>
      guard(() => {
        flush();
        if (!special) fsyncSync(file);
        closeSync(file);
        if (!special) renameSync(target, path);
      }),
    discard: () => {
      try {
        if (!special) rmSync(target, { force: true });
        closeSync(file);
      } catch {
        // Closed already, or gone with its folder.
      }
    },
  };
}

/** `writeSync` may take less than it was given. */
export function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}
