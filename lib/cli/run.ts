import { isBatchError } from '../core/errors.js';
import { errorCode } from '../core/error-code.js';
import type { Command } from './command.js';
import { exitCodeOf } from './exit-code.js';
import { Abandoned } from './failure.js';
import type { CliIo } from './io.js';
import { databasePath } from './open-client.js';
import { parse } from './parse.js';
import { errorCodeOf, machineStream, sentence, writeJson } from './report.js';
import { say } from './printable.js';

/** Does what a command line asks for. Resolves with the exit code, whatever happens; every error is one sentence on stderr. */
export async function run(argv: readonly string[], version: string, io: CliIo): Promise<number> {
  const parsed = parse(argv, version);
  switch (parsed.kind) {
    case 'text':
      io.stdout.write(parsed.text);
      return 0;
    case 'misuse':
      say(io.stderr, `openapi-batch: ${parsed.message}`);
      return 2;
    case 'command':
      return await perform(parsed.command, io).catch((error: unknown) => reportFailure(error, parsed.command, io));
  }
}

/** Each command is loaded when it is asked for. */
async function perform(command: Command, io: CliIo): Promise<number> {
  switch (command.name) {
    case 'run':
      return await (await import('./commands/run-input.js')).runInput(command, io);
    case 'resume':
    case 'retry':
      return await (await import('./commands/take-up.js')).takeUp(command, io);
    case 'list':
      return await (await import('./commands/list-jobs.js')).listJobs(command, io);
    case 'status':
      return await (await import('./commands/show-status.js')).showStatus(command, io);
    case 'results':
      return command.salvage
        ? await (await import('./commands/salvage-results.js')).salvageResults(command, io)
        : await (await import('./commands/export-results.js')).exportResults(command, io);
    case 'cancel':
      return await (await import('./commands/end-job.js')).cancelJob(command, io);
    case 'serve':
      return await (await import('./commands/serve.js')).serve(command, io);
    case 'delete':
      return await (await import('./commands/end-job.js')).deleteJob(command, io);
  }
}

async function reportFailure(error: unknown, command: Command, io: CliIo): Promise<number> {
  // Nobody reads stdout any more: nothing to say, and nobody to say it to.
  if (errorCode(error) === 'EPIPE') return 0;
  const exitCode = error instanceof Abandoned ? error.exitCode : exitCodeOf(error);
  const message = sentence(error) + (await advice(error, command, io));
  say(io.stderr, `openapi-batch: ${message}`);
  if (command.name !== 'results' && command.json) {
    writeJson(machineStream('output' in command ? command : {}, io), {
      type: 'error',
      code: errorCodeOf(error),
      message,
      exitCode,
    });
  }
  if (io.env['DEBUG']?.includes('openapi-batch') === true && error instanceof Error)
    say(io.stderr, String(error.stack));
  return exitCode;
}

async function advice(error: unknown, command: Command, io: CliIo): Promise<string> {
  if (!isBatchError(error) || error.code !== 'store_corrupt') return '';
  const { damageAdvice } = await import('./damage-advice.js');
  return damageAdvice(error, command, databasePath(command.db, io));
}
