import { accessSync, closeSync, constants, openSync, realpathSync, rmSync, statSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode } from '../../core/error-code.js';
import { describeFileError } from '../../jsonl/file-errors.js';
import { CommandFailure } from '../failure.js';
import type { CliIo } from '../io.js';

/** `-o` as it was typed, made absolute and checked; `-` and nothing stay what they are. */
export function outputPath(
  typed: string | undefined,
  io: Pick<CliIo, 'cwd'>,
  taken?: readonly TakenPath[],
): string | undefined {
  return typed === undefined || typed === '-' ? typed : checkOutput(resolve(io.cwd, typed), taken);
}

/** A file the output must not be, and what it is. */
export type TakenPath = readonly [path: string, what: string];

/** The files of a database: what is written to any of them is lost, or takes it along. */
export function databaseFiles(path: string): readonly TakenPath[] {
  return [
    [path, 'database'],
    [`${path}-wal`, "database's log"],
    [`${path}-shm`, "database's log"],
  ];
}

/**
 * The file an output path stands for, once it is known that it can be written: asked before anything is sent, because
 * results nobody can write are no use. Throws a CommandFailure.
 */
export function checkOutput(path: string, taken: readonly TakenPath[] = []): string {
  const target = realPath(path);
  for (const [other, what] of taken) {
    if (realPath(other) === target || isSameFile(other, target))
      throw new CommandFailure(`cannot write the results to ${path}: it is the ${what}`);
  }
  try {
    const existing = statSync(target, { throwIfNoEntry: false });
    if (existing?.isDirectory() === true)
      throw new CommandFailure(`cannot write ${path}: it is a directory, expected a file`);
    if (existing !== undefined) accessSync(target, constants.W_OK);
    if (existing === undefined || existing.isFile()) probe(target);
  } catch (error) {
    throw error instanceof CommandFailure ? error : cannotWrite(path, error, 2);
  }
  return target;
}

/** Only writing tells: root passes every permission check, and a mount may be read-only. */
function probe(target: string): void {
  const path = join(dirname(target), `.${basename(target)}.${String(process.pid)}.probe`);
  closeSync(openSync(path, 'w'));
  rmSync(path, { force: true });
}

/** Through symbolic links, so that a rename replaces the file and not the link; a file not there yet is itself. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** By whatever names: a hard link has a path of its own. */
function isSameFile(path: string, other: string): boolean {
  const [one, two] = [fileStats(path), fileStats(other)];
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}

function fileStats(path: string): BigIntStats | undefined {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

export function cannotWrite(path: string, error: unknown, exitCode: 2 | 3 = 3): CommandFailure {
  const reason = errorCode(error) === 'ENOENT' ? 'there is no such folder' : describeFileError(error);
  return new CommandFailure(`cannot write ${path}: ${reason}`, exitCode, { cause: error });
}
