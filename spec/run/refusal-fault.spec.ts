import * as fc from 'fast-check';
import { refusalFault, unknownSize, type RequestSize } from '../../lib/run/refusal-fault.js';

const size = (tokens: number, limit?: number, largest = 0): RequestSize => ({ tokens, limit, largest });

describe('whose fault a refusal for the rate is', () => {
  it.each<[string, number, RequestSize, ReturnType<typeof refusalFault>]>([
    ['nobody’s, the first time', 0, unknownSize, undefined],
    ['nobody’s, where others pass now and then', 199, unknownSize, undefined],
    ['its own in the end, for no reason known', 200, unknownSize, 'rate_limited'],
    ['its size, where it is far above the limit', 0, size(2_001, 1_000), 'too_large'],
    ['perhaps not, a little above: an estimate may be wrong', 2, size(1_001, 1_000), undefined],
    ['its size, a little above, where others pass again and again', 3, size(1_001, 1_000), 'too_large'],
    ['not its size, where it is within the limit', 29, size(1_000, 1_000), undefined],
    ['its size, where nothing as large has ever passed', 30, size(501, undefined, 500), 'too_large'],
    ['not yet, before many others have passed', 29, size(501, undefined, 500), undefined],
    ['not its size, where one as large has passed', 30, size(500, undefined, 500), undefined],
  ])('is %s', (_what, refusals, each, fault) => {
    expect(refusalFault(refusals, each)).toBe(fault);
  });

  it('stays the same or becomes its own with each refusal', () => {
    const sizes = fc.record({
      tokens: fc.nat(3_000),
      limit: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
      largest: fc.nat(3_000),
    });
    fc.assert(
      fc.property(sizes, fc.nat(300), (each, refusals) => {
        if (refusalFault(refusals, each) !== undefined) expect(refusalFault(refusals + 1, each)).toBeDefined();
      }),
    );
  });
});
