import { cpus } from 'node:os';
import { proveChaos } from './chaos/prove-chaos.js';
import { providers } from './chaos/scenario.js';
import { numbersOf } from './harness/arguments.js';
import { exitOnSignals } from './harness/child.js';
import { formatRows } from './harness/table.js';

/** `npm run prove:chaos -- --items 20000 --seed 7 --minutes 10`. Exit code 1 if a promise is broken, or the time is up. */
async function main(argv: readonly string[]): Promise<void> {
  const { items, seed, minutes } = numbersOf(argv, { items: 20_000, seed: Date.now() % 1_000_000, minutes: 10 });
  const from = performance.now();
  const seconds = (): string => `${((performance.now() - from) / 1_000).toFixed(0)} s`;
  console.log(`prove:chaos --items ${items} --seed ${seed} (Node ${process.version}, ${cpus().length} cores)\n`);
  const report = (line: string): void => void process.stderr.write(`${seconds().padStart(6)}  ${line}\n`);
  const proof = await proveChaos({ items, seed, minutes, report });
  console.log(formatRows(providers, proof.rows));
  for (const complaint of proof.complaints) console.log(`\n${complaint}`);
  console.log(`\nThe full disk: ${proof.disk}.`);
  console.log(`${proof.kept ? 'Every promise was kept' : 'A PROMISE WAS BROKEN'} in ${seconds()}; seed ${seed}.`);
  process.exitCode = proof.kept ? 0 : 1;
}

exitOnSignals();
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
