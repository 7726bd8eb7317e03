import type { ResolvedItem } from '../core/item.js';
import { estimateTokens } from '../provider/estimate-tokens.js';
import type { Provider } from '../provider/provider.js';

type Estimate = (item: ResolvedItem) => number;

/** The user's estimate of tokens, else the provider's, else the rule of thumb; one that throws, or is no amount, is none. */
export function safeEstimate(own: Estimate | undefined, provider: Pick<Provider, 'estimateTokens'>): Estimate {
  const usual: Estimate = guarded(provider.estimateTokens?.bind(provider), estimateTokens);
  return guarded(own, usual);
}

function guarded(first: Estimate | undefined, otherwise: Estimate): Estimate {
  if (first === undefined) return otherwise;
  return (item) => {
    try {
      const tokens = first(item);
      return Number.isFinite(tokens) && tokens >= 0 ? tokens : otherwise(item);
    } catch {
      return otherwise(item);
    }
  };
}
