import { figure } from '../harness/medians.js';
import type { Runner } from '../harness/runner.js';
import { sized } from '../harness/scale.js';
import { withUnit, type Row, type Trial } from '../harness/trial.js';

const few = 10_000;

/** Nothing may grow with the number of items. */
export const memory: Trial = {
  name: 'memory',
  about: 'peak memory of a large job to that of a small one',
  rows: async (run) => [await requests(run), await batches(run)],
};

async function requests(run: Runner): Promise<Row> {
  const many = sized(1_000_000, 100_000);
  const { queueFew, queueMany, ...measured } = await run.interleaved({
    few: { program: 'memory', options: { items: few } },
    many: { program: 'memory', options: { items: many } },
    queueFew: { program: 'memory-queue', options: { items: few } },
    queueMany: { program: 'memory-queue', options: { items: many } },
  });
  const [base, peak] = [figure(queueFew, 'peakMb'), figure(queueMany, 'peakMb')];
  return grown('memory, requests', many, measured, ` (p-queue ${withUnit(base, 'MB')}, then ${withUnit(peak, 'MB')})`);
}

async function batches(run: Runner): Promise<Row> {
  const many = sized(120_000, 30_000);
  const measured = await run.during(
    { program: 'batch-server', options: { answerBytes: 1_400, stays: true } },
    (said) => {
      const port = figure(said, 'port');
      return run.interleaved({
        few: { program: 'memory-native', options: { port, items: few } },
        many: { program: 'memory-native', options: { port, items: many } },
      });
    },
  );
  return grown('memory, batches of 1,000', many, measured);
}

type Measured = Readonly<Record<'few' | 'many', Readonly<Record<string, number>>>>;

function grown(what: string, items: number, measured: Measured, beside = ''): Row {
  const [base, peak] = [figure(measured.few, 'peakMb'), figure(measured.many, 'peakMb')];
  return {
    what: `${what}: ${withUnit(items, '')} items to ${withUnit(few, '')}`,
    library: withUnit(peak, 'MB'),
    peer: `${withUnit(base, 'MB')}${beside}`,
    ratio: peak / base,
    target: { atMost: 1.5 },
  };
}
