import { buildPrograms } from './harness/build-programs.js';
import { chosenTrials } from './harness/choose.js';
import { formatJson } from './harness/json.js';
import { runner } from './harness/runner.js';
import { repeats, scale } from './harness/scale.js';
import { formatRows } from './harness/table.js';
import type { Row } from './harness/trial.js';
import { commandLine } from './trials/command-line.js';
import { echo } from './trials/echo.js';
import { engine } from './trials/engine.js';
import { http } from './trials/http.js';
import { ingest } from './trials/ingest.js';
import { memory } from './trials/memory.js';
import { quota } from './trials/quota.js';
import { replay } from './trials/replay.js';
import { resume } from './trials/resume.js';
import { stalls } from './trials/stalls.js';
import { submission } from './trials/submission.js';

const trials = [engine, http, ingest, submission, memory, replay, resume, stalls, echo, commandLine, quota];

/**
 * Runs the trials whose name holds one of the words given, or all. `--json`: the rows as JSON instead of the table
 * (`npm run --silent bench -- --json`). A missed target is printed, it fails nothing.
 */
async function main(args: readonly string[]): Promise<void> {
  const asJson = args.includes('--json');
  const chosen = chosenTrials(
    trials,
    args.filter((arg) => arg !== '--json'),
  );
  const note = `Scale ${scale}, medians of ${repeats}. The machine's noise is in every figure: read the ratios.\n`;
  (asJson ? console.error : console.log)(note);
  const run = runner(await buildPrograms());
  const measured: { trial: string; rows: readonly Row[] }[] = [];
  for (const { trial, words } of chosen) {
    const startedAt = performance.now();
    process.stderr.write(`${trial.name}: ${trial.about} ... `);
    measured.push({ trial: trial.name, rows: await trial.rows(run, words) });
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  }
  console.log(asJson ? formatJson(measured) : `\n${formatRows(measured.flatMap(({ rows }) => rows))}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
