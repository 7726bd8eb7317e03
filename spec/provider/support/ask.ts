import { firstValueFrom, from } from 'rxjs';
import type { ResolvedItem } from '../../../lib/core/item';
import type { Provider, ProviderResponse, Verdict } from '../../../lib/provider/provider';

export function item(input: unknown, more: Partial<ResolvedItem> = {}): ResolvedItem {
  return { itemId: 'a', input, model: undefined, params: {}, ...more };
}

/** One request as the engine makes it. */
export function ask(
  provider: Provider,
  asked: ResolvedItem,
  signal = new AbortController().signal,
): Promise<ProviderResponse> {
  return firstValueFrom(from(provider.request(asked, { signal, attempt: 1, jobId: 'job', timeoutMs: 60_000 })));
}

/** The verdict on a request that fails. */
export async function verdict(provider: Provider, asked: ResolvedItem): Promise<Verdict> {
  const error: unknown = await ask(provider, asked).then(
    (response) => {
      throw new Error(`it did not fail: ${JSON.stringify(response)}`);
    },
    (reason: unknown) => reason,
  );
  return provider.classify!(error);
}
