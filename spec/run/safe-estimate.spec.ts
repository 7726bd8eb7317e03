import type { ResolvedItem } from '../../lib/core/item.js';
import { estimateTokens } from '../../lib/provider/estimate-tokens.js';
import { safeEstimate } from '../../lib/run/safe-estimate.js';
import { resolved } from './support.js';

type Estimate = (item: ResolvedItem) => number;

const throwing: Estimate = () => {
  throw new Error('a bug');
};

describe('the tokens a request is thought to take', () => {
  const item = resolved('some words');
  const thumb = estimateTokens(item);

  it.each<[string, Estimate | undefined, Estimate | undefined, number]>([
    ['what the user says', () => 7, () => 8, 7],
    ['none, where the user says so', () => 0, () => 8, 0],
    ['what the provider says', undefined, () => 8, 8],
    ['a rule of thumb, where nobody says', undefined, undefined, thumb],
    ['the provider’s, where the user’s throws', throwing, () => 8, 8],
    ['the provider’s, where the user’s is no number', () => NaN, () => 8, 8],
    ['the provider’s, where the user’s is endless', () => Infinity, () => 8, 8],
    ['the provider’s, where the user’s is below 0', () => -1, () => 8, 8],
    ['the provider’s, where the user’s is a word', (() => '7') as never, () => 8, 8],
    ['the rule of thumb, where both throw', throwing, throwing, thumb],
    ['the rule of thumb, where the only one throws', throwing, undefined, thumb],
  ])('are %s', (_what, own, theirs, tokens) => {
    const provider = theirs === undefined ? {} : { estimateTokens: theirs };
    expect(safeEstimate(own, provider)(item)).toBe(tokens);
  });

  it('are asked of the provider as its own method', () => {
    class Counting {
      readonly perItem = 5;

      estimateTokens(): number {
        return this.perItem;
      }
    }
    expect(safeEstimate(undefined, new Counting())(item)).toBe(5);
  });
});
