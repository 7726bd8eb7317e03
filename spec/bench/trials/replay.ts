import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { compare, withUnit, type Trial } from '../harness/trial.js';

/** A late subscriber, told everything that is stored. */
export const replay: Trial = {
  name: 'replay',
  about: 'stored events to a subscriber',
  rows: (run) =>
    run.withFolder(async (folder) => {
      const items = sized(1_000_000, 100_000);
      await run.once({ program: 'prepare-ended', options: { items }, folder });
      const { library, bare } = await run.interleaved({
        library: { program: 'replay-library', folder },
        bare: { program: 'replay-bare', folder },
      });
      const what = `replay of ${withUnit(items, '')} events`;
      const stallMs = figure(library, 'stallMs');
      const rate = { library: figure(library, 'perSecond'), peer: figure(bare, 'perSecond') };
      return [
        compare(`${what}: events a second, to a bare read of the rows`, {
          ...{ ...rate, unit: '/s', target: { atLeast: 0.5 } },
        }),
        {
          ...{ what: `${what}: longest stall of the event loop`, library: withUnit(stallMs, 'ms'), peer: '' },
          ...{ ratio: stallMs, unit: 'ms', target: { atMost: 50 } },
        },
      ];
    }),
};
