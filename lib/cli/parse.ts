import { Command as Program, CommanderError } from 'commander';
import type { Command } from './command.js';
import { defineCommands } from './define-commands.js';

/** What a command line turned out to be: a command, a text that was asked for, or a mistake in one sentence. */
export type ParsedArguments =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'misuse'; readonly message: string };

/** Reads the arguments after the program's name. Pure: prints nothing, opens nothing, never exits. */
export function parse(argv: readonly string[], version: string): ParsedArguments {
  let command: Command | undefined;
  let text = '';
  const program = new Program('openapi-batch')
    .description('Runs batches of LLM requests so that nothing is lost and nothing is paid for twice.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (part) => (text += part), writeErr: (part) => (text += part) });
  defineCommands(program, (found) => (command = found));
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text };
    return { kind: 'misuse', message: oneLine(error.code === 'commander.help' ? text : error.message) };
  }
  if (command === undefined) return { kind: 'misuse', message: 'expected a command; openapi-batch --help lists them' };
  const problem = contradiction(command);
  return problem === undefined ? { kind: 'command', command } : { kind: 'misuse', message: problem };
}

function contradiction(command: Command): string | undefined {
  if (!('follow' in command) || !command.follow || command.output !== undefined) return undefined;
  return '--follow needs a file to append to: add -o results.jsonl';
}

/** Commander puts its suggestion on a second line, and "error:" in front. */
function oneLine(message: string): string {
  const text = message.replace(/^error: /, '').trim();
  return text.startsWith('Usage:') ? text : text.replaceAll(/\s*\n\s*/g, ' ');
}
