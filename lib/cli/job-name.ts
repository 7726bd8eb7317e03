import { createHash, randomBytes } from 'node:crypto';
import { basename, extname } from 'node:path';

/** What makes two runs the same job. Everything else (speed, output, limit) may change from run to run. */
export interface JobIdentity {
  /** Absolute path of the input. */
  readonly input: string;
  readonly provider: string;
  readonly endpoint: string;
  readonly baseURL?: string | undefined;
  readonly model?: string | undefined;
  readonly mode?: string | undefined;
}

/** The id of a job nobody named: the same for the same command, so that running it again after a crash goes on. */
export function jobName(identity: JobIdentity): string {
  const { input, provider, endpoint, baseURL, model, mode } = identity;
  const digest = createHash('sha256').update(JSON.stringify([input, provider, endpoint, baseURL, model, mode]));
  return `${slug(input)}-${digest.digest('hex').slice(0, 10)}`;
}

/** A job fed by a pipe: what comes through it next time may be something else, so each is a job of its own. */
export const pipedJobName = (): string => `stdin-${randomBytes(5).toString('hex')}`;

function slug(path: string): string {
  const name = basename(path, extname(path))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'job' : name.slice(0, 40);
}
