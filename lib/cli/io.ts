import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { BatchClientApi } from '../client/client-api.js';
import type { BatchClientOptions } from '../options/client-options.js';

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Everything of the outside world a command touches besides files; specs hand in their own. */
export interface CliIo {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: Writable;
  /** Stdout for results that come while a job runs: a reader that is slow must hold up the results, never the requests. */
  readonly openResults: () => Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Calls back on each of these signals instead of dying of it, until the returned function is called. */
  readonly onSignal: (handle: (signal: StopSignal) => void) => () => void;
  readonly openClient: (options: BatchClientOptions) => Promise<BatchClientApi>;
}

/** The real one. The library is loaded when a command first needs it: `--help` and a typing error do without. */
export function processIo(): CliIo {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    // `process.stdout` blocks the whole process while a pipe is full; this one waits in the thread pool.
    openResults: () => createWriteStream('', { fd: process.stdout.fd, autoClose: false }),
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal: (handle) => {
      process.on('SIGINT', handle).on('SIGTERM', handle);
      return () => void process.off('SIGINT', handle).off('SIGTERM', handle);
    },
    openClient: async (options) => {
      const { BatchClient } = await import('../client/batch-client.js');
      return new BatchClient(options);
    },
  };
}
