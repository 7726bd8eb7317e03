import type { JobInfo } from '../core/job.js';
import type { BatchClientOptions } from '../options/client-options.js';
import { providers, type KnownProvider } from './command.js';
import { CommandFailure } from './failure.js';

/** The provider a job was made with, at the address it was made with. */
export function origin(info: JobInfo, baseURL: string | undefined): BatchClientOptions {
  const { provider } = info;
  if (!isKnown(provider)) {
    const known = providers.join(', ');
    throw new CommandFailure(
      `job ${info.jobId} runs on the provider "${provider}" of a program; the command line has ${known}`,
    );
  }
  const address = baseURL ?? info.baseURL ?? storedBaseURL(info.metadata);
  // Its requests must not go to the provider's own address, with the user's own key, because nobody said where else.
  if (info.ownProvider && address === undefined) {
    throw new CommandFailure(
      `job ${info.jobId} runs on a provider object of a program; go on with it there, or name its address with --base-url`,
    );
  }
  return {
    provider,
    endpoint: provider === 'local_echo' ? undefined : info.endpoint,
    baseURL: address,
  };
}

const isKnown = (name: string): name is KnownProvider => (providers as readonly string[]).includes(name);

/** `run` leaves the address of a compatible server with the job; it is no secret, and nobody wants to type it again. */
function storedBaseURL(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('baseURL' in metadata)) return undefined;
  return typeof metadata.baseURL === 'string' ? metadata.baseURL : undefined;
}
