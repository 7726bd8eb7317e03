import { disown } from '../core/disown.js';
import { messageOf } from '../core/errors.js';
import type { ResolvedItem } from '../core/item.js';
import { estimateTokens } from '../provider/estimate-tokens.js';
import type { Provider } from '../provider/provider.js';
import { isAmount } from './known-limits.js';

type Estimate = (item: ResolvedItem) => number;

/** A function of the user that gives no number of tokens. */
export class EstimateFailure extends Error {
  override readonly name = 'EstimateFailure';
}

/**
 * The user's estimate of tokens, else the provider's, else the rule of thumb. The provider's is passed over where it throws or
 * is no amount; the user's throws an {@link EstimateFailure} then: whoever sets it counts on it, and would find out by refusals.
 */
export function safeEstimate(own: Estimate | undefined, provider: Pick<Provider, 'estimateTokens'>): Estimate {
  return own === undefined ? guarded(provider.estimateTokens?.bind(provider), estimateTokens) : strict(own);
}

function strict(own: Estimate): Estimate {
  return (item) => {
    let tokens: unknown;
    try {
      tokens = own(item);
    } catch (error) {
      throw new EstimateFailure(`${told(item)} ${messageOf(error)}; ${advice}`, { cause: error });
    }
    if (isAmount(tokens)) return tokens;
    disown(tokens);
    throw new EstimateFailure(`${told(item)} it returned ${shown(tokens)}; ${advice}`);
  };
}

const told = ({ itemId }: ResolvedItem): string => `estimateTokens failed for item ${JSON.stringify(itemId)}:`;
const advice = 'expected a number of tokens from 0 up. The item was not sent: put it right and resume';

/** Texts may be prompts: those are not shown. */
function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  return typeof value === 'object' ? 'an object, or a Promise' : `a ${typeof value}`;
}

function guarded(first: Estimate | undefined, otherwise: Estimate): Estimate {
  if (first === undefined) return otherwise;
  return (item) => {
    try {
      const tokens: unknown = first(item);
      if (isAmount(tokens)) return tokens;
      disown(tokens);
    } catch {
      // As good as no estimate.
    }
    return otherwise(item);
  };
}
