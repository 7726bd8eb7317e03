import * as fc from 'fast-check';
import { FingerprintSet } from '../../lib/intake/fingerprint-set.js';

describe('FingerprintSet', () => {
  it('knows everything it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const set = new FingerprintSet();
        for (const text of texts) set.add(text);
        expect(texts.every((text) => set.has(text))).toBe(true);
      }),
    );
  });

  it('knows next to nothing else, over several blocks, and loses nothing', () => {
    const set = new FingerprintSet();
    const count = 150_000;
    for (let n = 0; n < count; n++) set.add(`item-${n}`);
    let lost = 0;
    let wrong = 0;
    for (let n = 0; n < count; n++) {
      if (!set.has(`item-${n}`)) lost++;
      if (set.has(`other-${n}`)) wrong++;
    }
    expect(lost).toBe(0);
    expect(wrong).toBeLessThanOrEqual(2);
  });

  it('tells texts that differ in little apart', () => {
    const set = new FingerprintSet();
    set.add('a\u0000');
    set.add('');
    set.add('ab');
    expect(['a', '\u0000a', 'ba', 'ab ', 'AB', '\u0000'].some((text) => set.has(text))).toBe(false);
    expect([set.has(''), set.has('a\u0000'), set.has('ab')]).toEqual([true, true, true]);
  });
});
