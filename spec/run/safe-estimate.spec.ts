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
    ['the rule of thumb, where the provider’s throws', undefined, throwing, thumb],
    ['the rule of thumb, where the provider’s is no number', undefined, () => NaN, thumb],
    ['the rule of thumb, where the provider’s is below 0', undefined, () => -1, thumb],
  ])('are %s', (_what, own, theirs, tokens) => {
    const provider = theirs === undefined ? {} : { estimateTokens: theirs };
    expect(safeEstimate(own, provider)(item)).toBe(tokens);
  });

  it.each<[Estimate, string]>([
    [throwing, 'a bug'],
    [() => NaN, 'it returned NaN'],
    [() => Infinity, 'it returned Infinity'],
    [() => -1, 'it returned -1'],
    [(() => undefined) as never, 'it returned undefined'],
    [(() => '7') as never, 'it returned a string'],
    [(() => Promise.resolve(7)) as never, 'it returned an object, or a Promise'],
  ])('are not guessed where the user’s function gives none: %p', (own, what) => {
    const estimate = safeEstimate(own, { estimateTokens: () => 8 });
    expect(() => estimate(item)).toThrow(
      `estimateTokens failed for item "some words": ${what}; expected a number of tokens from 0 up. The item was not sent: put it right and resume`,
    );
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
