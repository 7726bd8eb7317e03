import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { compilePrograms } from '../harness/programs.js';
import { isKept, type Row } from '../harness/table.js';
import { chaosRows } from './chaos-rows.js';
import { judgeChaos } from './judge.js';
import { providers, runScenario } from './scenario.js';
import { smallDisk } from './small-disk.js';
import { startServers } from './start-servers.js';

export interface ChaosProof {
  readonly disk: string;
  readonly rows: readonly Row[];
  readonly complaints: readonly string[];
  readonly kept: boolean;
}

export interface ChaosProofOptions {
  readonly items: number;
  readonly seed: number;
  readonly minutes: number;
  readonly report?: (line: string) => void;
}

/** Everything goes wrong at once, and every item has its one result. Rejects when the time is up. */
export async function proveChaos({ items, seed, minutes, report = () => {} }: ChaosProofOptions): Promise<ChaosProof> {
  const programs = compilePrograms(['chaos-worker']);
  const disk = smallDisk();
  const servers = await startServers(seed);
  const signal = AbortSignal.timeout(minutes * 60_000);
  try {
    const program = programs.path('chaos-worker');
    const outcomes = await runScenario({ program, items, disk, servers, report, signal });
    const rows = chaosRows(providers.map((one) => judgeChaos(outcomes[one], servers[one])));
    const complaints = providers.flatMap((one) => [...outcomes[one].wrongRefusals, ...outcomes[one].otherStops]);
    return { disk: disk.kind, rows, complaints, kept: rows.every(isKept) };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`The time is up after ${minutes} minutes. ${storedProgress(disk.db)}`, { cause: error });
  } finally {
    await Promise.all(providers.map((one) => servers[one].close()));
    disk.remove();
    programs.remove();
  }
}

/** How far each job is, and what it waits for. */
function storedProgress(db: string): string {
  const store = sqliteStore({ path: db });
  const lines = store.listJobs().map(({ key, jobId, status, ok, failed, total }) => {
    const { pacing, inFlight } = store.latestProgress(key) ?? {};
    return `${jobId}: ${status}, ${ok} ok and ${failed} failed of ${total}; ${JSON.stringify({ inFlight, pacing })}`;
  });
  store.close();
  return lines.join('\n');
}
