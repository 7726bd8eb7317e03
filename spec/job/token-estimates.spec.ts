import type { ResolvedItem } from '../../lib/index.js';
import { virtualRuns } from '../support/virtual-run.js';

const run = virtualRuns();

/** Thirty tokens a second. */
const limit = { tokensPerMinute: 1_800 };
const usage = { inputTokens: 10, outputTokens: 5 };
const script = (): unknown => ({ output: 1, usage });

describe('the estimate of tokens', () => {
  it('is the provider’s', () => {
    const { tookMs } = run(script, { ...limit, items: 11, providerOptions: { estimateTokens: () => 30 } });
    expect(tookMs).toBe(10_000);
  });

  it('is the user’s where there is one, asked with the item as it is sent', () => {
    const asked: ResolvedItem[] = [];
    const { tookMs } = run(script, {
      ...limit,
      items: 11,
      defaultModel: 'm',
      estimateTokens: (item) => (asked.push(item), 15),
      providerOptions: { estimateTokens: () => 1_000 },
    });
    // Two a second.
    expect(tookMs).toBe(4_500);
    expect(asked[0]).toMatchObject({ itemId: 'i0', input: { prompt: 'i0' }, model: 'm' });
  });

  it('is corrected by what the provider counts in the end', () => {
    const providerOptions = {
      estimateTokens: () => 30,
      countTokens: ({ inputTokens, outputTokens }: typeof usage) => inputTokens + outputTokens,
    };
    const { tookMs } = run(script, { ...limit, items: 41, providerOptions });
    // Half of what was thought: two a second.
    expect(tookMs).toBeGreaterThan(18_000);
    expect(tookMs).toBeLessThan(22_000);
  });

  it('stands where the provider charges at admission', () => {
    const { tookMs } = run(script, { ...limit, items: 41, providerOptions: { estimateTokens: () => 30 } });
    expect(tookMs).toBe(40_000);
  });
});
