import { figure } from '../harness/medians.js';
import { sized } from '../harness/scale.js';
import { compare, type Trial } from '../harness/trial.js';

/** The Python original's engine with the same provider and 50 lanes: its poll is its ceiling. */
const originalPerSecond = 243;

export const echo: Trial = {
  name: 'echo',
  about: 'local_echo from submission to the end',
  async rows(run) {
    const { library } = await run.interleaved({
      library: { program: 'echo', options: { items: sized(50_000, 20_000) } },
    });
    const rate = { library: figure(library, 'perSecond'), peer: originalPerSecond };
    return [compare('echo: items a second, to the Python original', { ...rate, unit: '/s', target: { atLeast: 100 } })];
  },
};
