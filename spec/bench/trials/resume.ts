import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { withUnit, type Trial } from '../harness/trial.js';

/** The size of a job must not delay its next request. */
export const resume: Trial = {
  name: 'resume',
  about: 'first request of a large job broken off half-way',
  rows: (run) =>
    run.withFolder((large) =>
      run.withFolder(async (small) => {
        const items = sized(1_000_000, 100_000);
        await run.once({ program: 'prepare-broken-off', options: { items }, folder: large });
        await run.once({ program: 'prepare-broken-off', options: { items: 2 }, folder: small });
        const measured = await run.interleaved({
          large: { program: 'resume', folder: large },
          small: { program: 'resume', folder: small },
        });
        const [largeMs, smallMs] = [figure(measured.large, 'ms'), figure(measured.small, 'ms')];
        return [
          {
            what: `resume of ${withUnit(items, '')} items: first request, less that of a job of 2`,
            ...{ library: withUnit(largeMs, 'ms'), peer: withUnit(smallMs, 'ms') },
            ...{ ratio: largeMs - smallMs, unit: 'ms', target: { atMost: 1_000 } },
          },
        ];
      }),
    ),
};
