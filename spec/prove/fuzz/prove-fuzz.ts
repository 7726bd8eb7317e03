import { Random } from '../harness/random.js';
import { answerTarget } from './answers.js';
import { batchTarget } from './batches.js';
import { commandLineTarget } from './command-line.js';
import { ownProviderTarget } from './own-provider.js';
import type { FuzzTarget } from './fuzz-target.js';
import { watchProcess } from './watch-process.js';

export interface FuzzOptions {
  /** Inputs for each target, about. */
  readonly runs: number;
  readonly seed: number;
  /** Called now and then. */
  readonly report?: (line: string) => void;
}

export interface FuzzProof {
  /** Inputs that were tried, by target. */
  readonly tried: Readonly<Record<string, number>>;
  /** What went wrong, each with the seed that repeats it. */
  readonly complaints: readonly string[];
}

/** Hostile input for everything that reads what others wrote: every input has a seed of its own. */
export async function proveFuzz({ runs, seed, report }: FuzzOptions): Promise<FuzzProof> {
  const tried: Record<string, number> = {};
  const complaints: string[] = [];
  const watch = watchProcess();
  const targets: readonly FuzzTarget[] = await Promise.all([
    commandLineTarget(),
    ownProviderTarget(),
    answerTarget('openai'),
    answerTarget('gemini'),
    batchTarget('openai'),
    batchTarget('gemini'),
  ]);
  try {
    for (const target of targets) {
      const count = Math.max(1, Math.round((runs * target.share) / 100));
      for (let n = 0; n < count; n++) {
        const own = seed + n;
        try {
          await target.once(new Random(own));
          watch.check();
        } catch (error) {
          complaints.push(`${target.name}, --runs 1 --seed ${own}: ${text(error)}`);
        }
        tried[target.name] = n + 1;
        if ((n + 1) % 100 === 0) report?.(`${target.name}: ${n + 1} of ${count}`);
      }
    }
  } finally {
    for (const target of targets) await target.close?.();
    watch.stop();
  }
  return { tried, complaints };
}

function text(error: unknown): string {
  const whole = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return whole.length > 1_500 ? `${whole.slice(0, 1_500)}...` : whole;
}
