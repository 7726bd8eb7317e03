import * as fc from 'fast-check';
import { Fifo } from '../../lib/operators/fifo.js';

describe('Fifo', () => {
  it('gives back everything in order, as an array would', () => {
    const steps = fc.array(fc.oneof(fc.nat(1_500), fc.integer({ min: -1_500, max: -1 })), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (changes) => {
        const fifo = new Fifo<{ n: number }>();
        let pushed = 0;
        let shifted = 0;
        for (const change of changes) {
          for (let n = 0; n < change; n++) fifo.push({ n: pushed++ });
          for (let n = 0; n > change; n--) {
            const expected = shifted < pushed ? shifted++ : undefined;
            if (fifo.first?.n !== expected || fifo.shift()?.n !== expected) throw new Error(`not ${String(expected)}`);
          }
          expect(fifo.length).toBe(pushed - shifted);
        }
      }),
    );
  });
});
