import { nextCommand, type CommandContext } from './next-command.js';

/** The library's own advice, which may not know the job or how the user named the database. */
export const salvageAdvice =
  /(?:, or|; if it was one,) read what is left(?: of a job)? with: openapi-batch results .*$/s;

/** Whether it is about a database whose results can still be read with `--salvage`. */
export function isDamage(error: { readonly code?: unknown; readonly message: string }): boolean {
  return error.code === 'store_corrupt' && salvageAdvice.test(error.message);
}

/** The command that reads what is left of a job. */
export function salvageCommand(jobId: string, { db }: CommandContext): string {
  return nextCommand('results', jobId, { db, salvage: true });
}
