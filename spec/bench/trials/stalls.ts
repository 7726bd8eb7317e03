import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { withUnit, type Trial } from '../harness/trial.js';

/** How long a commit or a checkpoint keeps everything else waiting. */
export const stalls: Trial = {
  name: 'stalls',
  about: 'longest stall of the event loop while results are written',
  async rows(run) {
    const options = { items: sized(50_000, 20_000), concurrency: 64, durability: 'full' };
    const measured = await run.interleaved({
      library: { program: 'engine-library', options },
      machine: { program: 'busy-loop' },
    });
    const [stallMs, machineMs] = [figure(measured.library, 'stallMs'), figure(measured.machine, 'stallMs')];
    return [
      {
        what: 'stalls: longest by persistence, and of a busy process without any',
        ...{ library: withUnit(stallMs, 'ms'), peer: withUnit(machineMs, 'ms') },
        ...{ ratio: stallMs, unit: 'ms', target: { atMost: 40 } },
      },
    ];
  },
};
