import { PassThrough, Readable } from 'node:stream';
import { BatchClient } from '../../../lib/client/batch-client.js';
import type { CliIo, StopSignal } from '../../../lib/cli/io.js';
import { run } from '../../../lib/cli/run.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestRun {
  readonly outcome: Promise<Outcome>;
  signal(signal: StopSignal): void;
  /** Resolves once stderr holds the text. */
  stderrHas(text: string | RegExp): Promise<void>;
}

export interface TestIoOptions {
  readonly cwd: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly io?: Partial<CliIo>;
}

/** Runs a command line in this process, with streams of its own. */
export function startCli(
  argv: readonly string[],
  { cwd, stdin = '', env = {}, io: overrides = {} }: TestIoOptions,
): TestRun {
  const stdout = collector();
  const stderr = collector();
  const handlers = new Set<(signal: StopSignal) => void>();
  const io: CliIo = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: stdout.stream,
    openResults: () => stdout.stream,
    stderr: stderr.stream,
    env,
    cwd,
    onSignal: (handle) => {
      handlers.add(handle);
      return () => void handlers.delete(handle);
    },
    openClient: async (options) => new BatchClient(options),
    ...overrides,
  };
  const outcome = run(argv, '1.2.3', io).then((code) => ({ code, stdout: stdout.text(), stderr: stderr.text() }));
  return {
    outcome,
    signal: (signal) => handlers.forEach((handle) => handle(signal)),
    stderrHas: (text) => stderr.has(text),
  };
}

function collector() {
  let collected = '';
  const stream = new PassThrough();
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => (collected += chunk));
  const matches = (text: string | RegExp): boolean =>
    typeof text === 'string' ? collected.includes(text) : text.test(collected);
  return {
    stream,
    text: () => collected,
    has: (text: string | RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!matches(text)) return;
          stream.off('data', look);
          resolve();
        };
        stream.on('data', look);
        look();
      }),
  };
}
