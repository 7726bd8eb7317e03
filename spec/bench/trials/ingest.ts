import { figure } from '../harness/medians.js';
import type { Runner } from '../harness/runner.js';
import { sized } from '../harness/scale.js';
import { compare, withUnit, type Row, type Trial } from '../harness/trial.js';

/** A line of an output file; 50,000 make 202 MB. */
const answerBytes = 4_040;

type KeepRaw = 'always' | 'never';

/** The output of a provider's batch, from its server into the database. */
export const ingest: Trial = {
  name: 'ingest',
  about: "the output file of a provider's batch, downloaded, read and stored",
  rows: (run) =>
    run.withFolder((prepared) => {
      const items = sized(50_000, 10_000);
      return run.during({ program: 'batch-server', options: { answerBytes, stays: true } }, async (said) => {
        const port = figure(said, 'port');
        await run.once({ program: 'prepare-batch', options: { port, items }, folder: prepared });
        const input = { port, prepared, items };
        return [...(await bodiesKept(run, input)), ...(await resultsOnly(run, input))];
      });
    }),
};

interface Input {
  readonly port: number;
  readonly prepared: string;
  readonly items: number;
}

const library = (input: Input, keepRaw: KeepRaw) => ({ program: 'ingest-library', options: { ...input, keepRaw } });
const plain = (variant: string, { port, items }: Input, keepRaw: KeepRaw) => {
  return { program: 'ingest-plain', options: { port, items, keepRaw, variant } };
};

/** As it comes: each answer's whole body is kept beside what was read of it, so that twice the file is written. */
async function bodiesKept(run: Runner, input: Input): Promise<readonly Row[]> {
  const measured = await run.interleaved({
    library: library(input, 'always'),
    sqlite: plain('sqlite', input, 'always'),
    readline: plain('readline', input, 'always'),
    machine: { program: 'busy-loop' },
  });
  const { stallMs, peakMb } = measured.library;
  const { longestMs } = measured.sqlite;
  const idle = `without any disk ${withUnit(figure(measured.machine, 'stallMs'), 'ms')}`;
  return [
    rateRow('bodies kept', measured, {}, input),
    {
      what: `ingest: peak memory`,
      ...{ library: withUnit(peakMb ?? NaN, 'MB'), peer: '' },
      ...{ ratio: peakMb ?? NaN, unit: 'MB', target: { atMost: 200 } },
    },
    {
      what: 'ingest: longest stall, and transaction of SQLite alone',
      ...{ library: withUnit(stallMs ?? NaN, 'ms'), peer: `${withUnit(longestMs ?? NaN, 'ms')} (${idle})` },
      ...{ ratio: stallMs ?? NaN, unit: 'ms', target: { atMost: 40 } },
    },
  ];
}

/** `keepRaw: 'never'`: no more is written than was read. */
async function resultsOnly(run: Runner, input: Input): Promise<readonly Row[]> {
  const { transport, each, ...measured } = await run.interleaved({
    library: library(input, 'never'),
    sqlite: plain('sqlite', input, 'never'),
    readline: plain('readline', input, 'never'),
    // A fifth says it too, and takes long enough.
    each: plain('each', { ...input, items: input.items / 5 }, 'never'),
    transport: plain('transport', input, 'never'),
  });
  return [rateRow('results only', measured, { 'a transaction a line': each, 'download alone': transport }, input)];
}

type Measured = Awaited<ReturnType<Runner['once']>>;

function rateRow(
  what: string,
  { library, sqlite, readline }: Readonly<Record<'library' | 'sqlite' | 'readline', Measured>>,
  others: Readonly<Record<string, Measured>>,
  { items }: Input,
): Row {
  const rate = (measured: Measured): number => (figure(measured, 'perSecond') * answerBytes) / 1e6;
  const names = Object.entries({ readline, ...others }).map(([name, measured]) => [name, rate(measured)] as const);
  return compare(`ingest of ${withUnit((items * answerBytes) / 1e6, 'MB')}, ${what}: to SQLite alone, same rows`, {
    ...{ library: rate(library), peer: rate(sqlite), beside: Object.fromEntries(names) },
    ...{ unit: 'MB/s', target: { atLeast: 0.55 } },
  });
}
