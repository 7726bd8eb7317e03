import { numbersOf } from './harness/arguments.js';
import { proveFuzz } from './fuzz/prove-fuzz.js';

/** `npm run prove:fuzz -- --runs 2000 --seed 7`: hostile files, bodies and answers. Exit code 1 if one of them did harm. */
async function main(argv: readonly string[]): Promise<void> {
  const { runs, seed } = numbersOf(argv, { runs: 1_000, seed: Date.now() % 1_000_000 });
  const from = performance.now();
  console.log(`prove:fuzz --runs ${runs} --seed ${seed} (Node ${process.version})\n`);
  const { tried, complaints } = await proveFuzz({
    runs,
    seed,
    report: (line) => void process.stderr.write(`${line}\n`),
  });
  for (const [name, count] of Object.entries(tried))
    console.log(`${name.padEnd(20)} ${String(count).padStart(6)} inputs`);
  for (const complaint of complaints) console.log(`\n${complaint}`);
  const seconds = ((performance.now() - from) / 1_000).toFixed(0);
  const verdict = complaints.length === 0 ? 'No crash, no hang, no wrong join' : `${complaints.length} INPUTS DID HARM`;
  console.log(`\n${verdict} in ${seconds} s; seed ${seed}.`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
