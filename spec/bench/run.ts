import { buildPrograms } from './harness/build-programs.js';
import { chosenTrials } from './harness/choose.js';
import { runner } from './harness/runner.js';
import { repeats, scale } from './harness/scale.js';
import { formatRows } from './harness/table.js';
import type { Row } from './harness/trial.js';
import { commandLine } from './trials/command-line.js';
import { echo } from './trials/echo.js';
import { engine } from './trials/engine.js';
import { http } from './trials/http.js';
import { memory } from './trials/memory.js';
import { quota } from './trials/quota.js';
import { replay } from './trials/replay.js';
import { resume } from './trials/resume.js';
import { stalls } from './trials/stalls.js';
import { submission } from './trials/submission.js';

const trials = [engine, http, submission, memory, replay, resume, stalls, echo, commandLine, quota];

/** Runs the trials whose name holds one of the words given, or all. A missed target is printed, it fails nothing. */
async function main(words: readonly string[]): Promise<void> {
  const chosen = chosenTrials(trials, words);
  console.log(`Scale ${scale}, medians of ${repeats}. The machine's noise is in every figure: read the ratios.\n`);
  const run = runner(await buildPrograms());
  const rows: Row[] = [];
  for (const { trial, words: parts } of chosen) {
    const startedAt = performance.now();
    process.stderr.write(`${trial.name}: ${trial.about} ... `);
    rows.push(...(await trial.rows(run, parts)));
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  }
  console.log(`\n${formatRows(rows)}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
