import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { withUnit, type Trial } from '../harness/trial.js';

const few = 10_000;

/** Nothing may grow with the number of items. */
export const memory: Trial = {
  name: 'memory',
  about: 'peak memory of a large job to that of a small one',
  async rows(run) {
    const many = sized(1_000_000, 100_000);
    const measured = await run.interleaved({
      few: { program: 'memory', options: { items: few } },
      many: { program: 'memory', options: { items: many } },
    });
    const [base, peak] = [figure(measured.few, 'peakMb'), figure(measured.many, 'peakMb')];
    return [
      {
        what: `memory: ${withUnit(many, '')} items to ${withUnit(few, '')}`,
        library: withUnit(peak, 'MB'),
        peer: withUnit(base, 'MB'),
        ratio: peak / base,
        target: { atMost: 1.5 },
      },
    ];
  },
};
