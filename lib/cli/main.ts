#!/usr/bin/env node
import { readVersion } from './version.js';

async function main(argv: readonly string[]): Promise<void> {
  // Nothing else is loaded for the question scripts ask most.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
    return void process.stdout.write(`${readVersion()}\n`);
  const [{ run }, { processIo }] = await Promise.all([import('./run.js'), import('./io.js')]);
  // A reader that leaves is met where lines are written; unheard, it would end the process with a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const exitCode = await run(argv, readVersion(), processIo());
  // An open pipe on stdin, or a request given up, must not keep the process; what was written goes out first.
  process.stdout.write('', () => process.exit(exitCode));
}

void main(process.argv.slice(2));
