import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { compare, withUnit, type Trial } from '../harness/trial.js';

/** Reading an input into the store, with its checks and its ids. */
export const submission: Trial = {
  name: 'submission',
  about: 'items into the database',
  async rows(run) {
    const items = sized(1_000_000, 100_000);
    const variant = (program: string, ids: boolean) => ({ program, options: { items, ids } });
    const measured = await run.interleaved({
      library: variant('submit-library', true),
      plain: variant('submit-plain', true),
      libraryMade: variant('submit-library', false),
      plainMade: variant('submit-plain', false),
    });
    const row = (what: string, library: keyof typeof measured, plain: keyof typeof measured) =>
      compare(`submission, ${withUnit(items, '')} items ${what}: CPU an item, to grouped inserts`, {
        library: figure(measured[library], 'cpuUs'),
        peer: figure(measured[plain], 'cpuUs'),
        unit: 'µs',
        target: { atMost: 1.5 },
      });
    return [row('with ids', 'library', 'plain'), row('without ids', 'libraryMade', 'plainMade')];
  },
};
