#!/usr/bin/env node
import { readVersion } from './version.js';

async function main(argv: readonly string[]): Promise<void> {
  // Nothing else is loaded for the question scripts ask most.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
    return void process.stdout.write(`${readVersion()}\n`);
  const [{ run }, { processIo }] = await Promise.all([import('./run.js'), import('./io.js')]);
  // A reader that leaves is met where lines are written; unheard, it would end the process with a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // Should nothing be left to wait for before a command has ended, silence and a 0 would claim success.
  const unfinished = (): void => {
    process.exitCode = 3;
    process.stderr.write(
      'openapi-batch: ended before the command did, which is a mistake of ours; run it again to go on\n',
    );
  };
  process.once('exit', unfinished);
  const exitCode = await run(argv, readVersion(), processIo());
  process.off('exit', unfinished);
  // An open pipe on stdin, or a request given up, must not keep the process; what was written goes out first.
  process.stdout.write('', () => process.exit(exitCode));
}

void main(process.argv.slice(2));
