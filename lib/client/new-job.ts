import { randomUUID } from 'node:crypto';
import { chooseMode } from '../native/choose-mode.js';
import type { BatchClientOptions } from '../options/client-options.js';
import type { MapOptions } from '../options/map-options.js';
import { mergeRunOptions, pickRunOptions } from '../options/run-options.js';
import type { Provider } from '../provider/provider.js';
import type { NewJob } from '../store/store.js';

/** The job a call of `map` asks for, by what the call, the client and the provider say. */
export function newJob(options: MapOptions, client: BatchClientOptions, provider: Provider): NewJob {
  const { jobId = `job-${randomUUID()}`, mode = 'auto', params = {}, tags = [], metadata = null } = options;
  const { nativeMinItems } = mergeRunOptions(pickRunOptions(client), pickRunOptions(options));
  const count = Array.isArray(options.items) ? options.items.length : undefined;
  const { runMode, reason } = chooseMode({ mode, provider, count, nativeMinItems });
  return {
    jobId,
    provider: provider.name,
    endpoint: provider.endpoint ?? 'default',
    model: options.model ?? client.defaultModel ?? provider.defaultModel ?? null,
    params,
    mode,
    runMode,
    modeReason: reason,
    tags,
    metadata,
    settings: publicSettings(client),
  };
}

/** What a later `resume` from the command line needs to reach the same server; never a secret. */
function publicSettings({ provider = 'local_echo', baseURL, openai }: BatchClientOptions): NewJob['settings'] {
  if (typeof provider !== 'string') return { ownProvider: true };
  const address = openai?.azure?.endpoint ?? baseURL;
  if (address === undefined) return {};
  const { username, password, search } = new URL(address);
  return username === '' && password === '' && search === '' ? { baseURL: address } : {};
}
