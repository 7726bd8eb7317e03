import { cpus } from 'node:os';
import { describeLeft } from './crash/describe-left.js';
import { proveCrash } from './crash/prove-crash.js';
import { numbersOf } from './harness/arguments.js';
import { exitOnSignals } from './harness/child.js';
import { formatRows } from './harness/table.js';

/** `npm run prove:crash -- --kills 200 --seed 7`: 200 kills in each mode. Exit code 1 if a promise is broken. */
async function main(argv: readonly string[]): Promise<void> {
  const { kills, seed } = numbersOf(argv, { kills: 200, seed: Date.now() % 1_000_000 });
  const from = performance.now();
  console.log(`prove:crash --kills ${kills} --seed ${seed} (Node ${process.version}, ${cpus().length} cores)\n`);
  const proof = await proveCrash({ kills, seed, report: (line) => void process.stderr.write(`${line}\n`) });
  console.log(formatRows(proof.heads, proof.rows));
  if (proof.left.length > 0) console.log(`\n${describeLeft(proof.left)}`);
  for (const complaint of proof.complaints) console.log(`\n${complaint}`);
  const seconds = ((performance.now() - from) / 1_000).toFixed(0);
  console.log(`\n${proof.kept ? 'Every promise was kept' : 'A PROMISE WAS BROKEN'} in ${seconds} s; seed ${seed}.`);
  process.exitCode = proof.kept ? 0 : 1;
}

exitOnSignals();
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
