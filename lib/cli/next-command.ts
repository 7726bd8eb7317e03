import { shellWord } from '../core/shell-word.js';

/** Options a later command needs to find the same job and do the same with it. */
export interface CommandContext {
  /** As typed; left out where the default will find it again. */
  readonly db?: string | undefined;
  readonly output?: string | undefined;
  readonly ordered?: boolean;
  readonly follow?: boolean;
  readonly baseURL?: string | undefined;
  /** Read page by page: of `results`. */
  readonly salvage?: boolean;
}

type Verb = 'resume' | 'retry' | 'results' | 'status';

/** A command to type next, ready for a shell. */
export function nextCommand(verb: Verb, jobId: string, context: CommandContext = {}): string {
  const { db, output, ordered = false, follow = false, baseURL, salvage = false } = context;
  const works = verb === 'resume' || verb === 'retry';
  const words = ['openapi-batch', verb, ...(jobId.startsWith('-') ? [] : [jobId])];
  if (output !== undefined && verb !== 'status') words.push('-o', output);
  if (ordered && verb !== 'status') words.push('--ordered');
  if (follow && works) words.push('--follow');
  if (salvage && verb === 'results') words.push('--salvage');
  if (db !== undefined) words.push('--db', db);
  if (baseURL !== undefined && works) words.push('--base-url', baseURL);
  if (jobId.startsWith('-')) words.push('--', jobId);
  return words.map(shellWord).join(' ');
}
