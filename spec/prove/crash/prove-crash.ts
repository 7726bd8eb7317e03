import { compilePrograms } from '../harness/programs.js';
import { Random } from '../harness/random.js';
import { isKept, type Row } from '../harness/table.js';
import { campaign, type Campaign } from './campaign.js';
import { cellName, cells } from './cell.js';
import { crashRows } from './crash-rows.js';

export interface CrashProof {
  readonly heads: readonly string[];
  readonly rows: readonly Row[];
  readonly complaints: readonly string[];
  /** Points that no kill met, by cell. */
  readonly left: readonly string[];
  readonly kept: boolean;
}

export interface CrashProofOptions {
  /** In each mode, half of them with each provider; from 200 on, as many more as it takes to meet every point. */
  readonly kills: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

/** Kills, restarts, compares: each mode with each provider, two at a time. */
export async function proveCrash({ kills, seed, report = () => {} }: CrashProofOptions): Promise<CrashProof> {
  const programs = compilePrograms(['crash-worker']);
  const waiting = cells.map((cell, index) => ({ cell, index }));
  const campaigns: Campaign[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { cell, index } = next;
      const random = new Random(seed * 10 + index);
      const options = { cell, random, report, program: programs.path('crash-worker') };
      campaigns[index] = await campaign({ ...options, kills: Math.ceil(kills / 2), everyPoint: kills >= 200 });
    }
  };
  try {
    await Promise.all([lane(), lane()]);
  } finally {
    programs.remove();
  }
  const rows = crashRows(campaigns);
  const complaints = campaigns.flatMap((one) => one.complaints);
  const left = campaigns.flatMap(({ cell, points }) => points.left.map((name) => `${cellName(cell)}: ${name}`));
  const heads = campaigns.map(({ cell }) => cellName(cell));
  return { heads, rows, complaints, left, kept: rows.every(isKept) && complaints.length === 0 };
}
