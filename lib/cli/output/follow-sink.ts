import { closeSync, createReadStream, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { splitLines } from '../../jsonl/split-lines.js';
import { cannotWrite } from './check-output.js';
import { writeAll } from './file-sink.js';
import { createLineSet, type LineSet } from './line-set.js';
import type { LineSink } from './line-sink.js';

/**
 * Appends to a file that others may tail. The file itself says what has been written: a line cut off by a crash is taken
 * away, and a line that is in it already is not written again. So it may be given every result of a job each time, and
 * a restart, a retry of failed items or a file removed in between need no bookkeeping elsewhere.
 */
export async function followSink(path: string): Promise<LineSink> {
  const file = attempt(path, () => openSync(path, 'a+'));
  const written = createLineSet();
  try {
    if (fstatSync(file).isFile()) {
      cutUnfinishedLine(file);
      await remember(path, written);
    }
  } catch (error) {
    closeSync(file);
    throw cannotWrite(path, error);
  }
  let waiting = '';
  let failure: Error | undefined;
  const flush = (): void => {
    try {
      if (waiting !== '') writeAll(file, waiting);
      waiting = '';
    } catch (error) {
      failure = cannotWrite(path, error);
    }
  };
  const check = (): void => {
    if (failure !== undefined) throw failure;
  };
  return {
    write: (line) => {
      check();
      if (written.size > 0 && written.has(line)) return undefined;
      // Lines of one turn share a write.
      if (waiting === '') setImmediate(flush);
      waiting += `${line}\n`;
      return undefined;
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous; a throw must be a rejection
    commit: async () => {
      flush();
      check();
      attempt(path, () => {
        if (fstatSync(file).isFile()) fsyncSync(file);
        closeSync(file);
      });
    },
    discard: () => {
      flush();
      closeSync(file);
    },
  };
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cutUnfinishedLine(file: number): void {
  const block = Buffer.alloc(64 * 1024);
  for (let end = fstatSync(file).size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const length = readSync(file, block, 0, end - start, start);
    const newline = block.subarray(0, length).lastIndexOf(10);
    if (newline !== -1 || start === 0) return ftruncateSync(file, start + newline + 1);
    end = start;
  }
}

async function remember(path: string, lines: LineSet): Promise<void> {
  for await (const { text } of splitLines(createReadStream(path) as AsyncIterable<Buffer>, Infinity)) lines.add(text);
}
