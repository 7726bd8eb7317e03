import * as fc from 'fast-check';
import { fingerprint, FingerprintSet } from '../../lib/intake/fingerprint-set.js';

describe('FingerprintSet', () => {
  it('knows everything it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const set = new FingerprintSet();
        for (const text of texts) set.add(fingerprint(text));
        expect(texts.every((text) => set.has(fingerprint(text)))).toBe(true);
      }),
    );
  });

  it('knows next to nothing else, over several blocks, and loses nothing', () => {
    const set = new FingerprintSet();
    const count = 150_000;
    for (let n = 0; n < count; n++) set.add(fingerprint(`item-${n}`));
    let lost = 0;
    let wrong = 0;
    for (let n = 0; n < count; n++) {
      if (!set.has(fingerprint(`item-${n}`))) lost++;
      if (set.has(fingerprint(`other-${n}`))) wrong++;
    }
    expect(lost).toBe(0);
    expect(wrong).toBeLessThanOrEqual(2);
  });

  it('tells texts that differ in little apart', () => {
    const set = new FingerprintSet();
    set.add(fingerprint('a\u0000'));
    set.add(fingerprint(''));
    set.add(fingerprint('ab'));
    expect(['a', '\u0000a', 'ba', 'ab ', 'AB', '\u0000'].some((text) => set.has(fingerprint(text)))).toBe(false);
    expect([set.has(fingerprint('')), set.has(fingerprint('a\u0000')), set.has(fingerprint('ab'))]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
