import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { errorCode } from '../../core/error-code.js';
import { ReaderGone, type LineSink } from './line-sink.js';

/** Lines to a stream that stays open, such as stdout, no faster than its reader takes them. */
export function streamSink(stream: Writable): LineSink {
  let failure: Error | undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure;
    if (stream.destroyed) throw new ReaderGone('the reader has left');
  };
  const fail = (error: Error): void => {
    failure ??= errorCode(error) === 'EPIPE' ? new ReaderGone('the reader has left', { cause: error }) : error;
  };
  stream.on('error', fail);

  async function drained(): Promise<void> {
    // A reader that leaves closes or fails the stream and never drains it.
    const left = new AbortController();
    const until = (event: string): Promise<unknown> =>
      once(stream, event, { signal: left.signal }).catch(() => undefined);
    await Promise.race([until('drain'), until('close'), until('error')]);
    left.abort();
    check();
  }

  return {
    write: (line) => {
      check();
      return stream.write(`${line}\n`) ? undefined : drained();
    },
    commit: () =>
      new Promise((resolve, reject) => {
        check();
        stream.write('', (error) => {
          if (error) fail(error);
          if (failure === undefined) resolve();
          else reject(failure);
        });
      }),
    discard: () => undefined,
  };
}
