import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from '../harness/medians.js';
import { compare, type Trial } from '../harness/trial.js';

const main = join(__dirname, '../../../dist/cjs/cli/main.js');
const starts = 15;

/** A command that does nothing must not be waited for. */
export const commandLine: Trial = {
  name: 'command-line',
  about: 'start of the command line',
  rows() {
    const library: number[] = [];
    const bare: number[] = [];
    for (let n = 0; n < starts; n++) {
      library.push(startMs([main, '--version']));
      bare.push(startMs(['-e', '0']));
    }
    const figures = { library: median(library), peer: median(bare), unit: 'ms', target: { atMost: 2 } };
    return Promise.resolve([compare('command line: --version, to a bare node', figures)]);
  },
};

function startMs(words: readonly string[]): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, words, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${String(status)}`);
  return performance.now() - startedAt;
}
