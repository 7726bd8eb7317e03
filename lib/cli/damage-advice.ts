import { isBatchError } from '../core/errors.js';
import { openSalvage } from '../store/salvage/salvaged-job.js';
import { isDamage, salvageCommand } from './damage.js';
import type { CommandContext } from './next-command.js';

const mostNames = 10;

/** What is meant, and where the database is. */
export interface DamagedCommand extends CommandContext {
  readonly jobId?: string | undefined;
}

/** What to do about an error that ended a command, to stand behind its sentence; nothing where it is no damage. */
export function damageAdvice(error: unknown, command: DamagedCommand, path: string): string {
  const { jobId } = command;
  if (!isBatchError(error) || !isDamage(error)) return '';
  if (jobId !== undefined) return `; or read what is left of the job with: ${salvageCommand(jobId, command)}`;
  const names = jobsOf(path);
  const [first] = names;
  if (first === undefined) return `; or read what is left with: openapi-batch results <job-id> --salvage`;
  const salvage = salvageCommand(first, command);
  if (names.length === 1) return `; or read what is left of its job with: ${salvage}`;
  const more = names.length > mostNames ? ` and ${String(names.length - mostNames)} more` : '';
  return `; or read what is left of one of its jobs (${names.slice(0, mostNames).join(', ')}${more}) with: ${salvage}`;
}

function jobsOf(path: string): readonly string[] {
  try {
    const salvage = openSalvage(path);
    salvage.close();
    return salvage.jobIds;
  } catch {
    return [];
  }
}
