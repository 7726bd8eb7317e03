import { setTimeout as delay } from 'node:timers/promises';
import { storedState, type StoredState } from '../crash/stored-state.js';
import type { ChaosJob, ChaosTask, FakeName } from './chaos-task.js';
import type { SmallDisk } from './small-disk.js';
import type { Servers } from './start-servers.js';
import { markStop, type StopMark } from './stop-mark.js';
import { said, startWorker, type Worker } from './worker.js';

export const providers: readonly FakeName[] = ['openai', 'gemini'];

/** What happened to one provider's jobs. */
export interface Outcome {
  readonly jobs: readonly ChaosJob[];
  readonly marks: readonly StopMark[];
  /** Takings of a living owner's job that were refused, naming it, or of a job that was through; and all others. */
  readonly refusals: number;
  readonly wrongRefusals: readonly string[];
  /** Jobs that stopped with `disk_full`; and with anything else. */
  readonly diskFull: number;
  readonly otherStops: readonly string[];
  readonly completed: number;
  readonly final: Readonly<Record<string, StoredState>>;
}

export interface ScenarioOptions {
  readonly program: string;
  /** Over all jobs. */
  readonly items: number;
  readonly disk: SmallDisk;
  readonly servers: Servers;
  readonly report: (line: string) => void;
  /** Rejects when the time is up. */
  readonly signal: AbortSignal;
}

/**
 * Two clients in processes of their own, each with two jobs, on one database: work, a rival that is refused, a kill and a
 * take-over, a full disk, and the rest once there is room.
 */
export async function runScenario(options: ScenarioOptions): Promise<Readonly<Record<FakeName, Outcome>>> {
  const { items, disk, servers, report, program, signal } = options;
  const jobs = jobsOf(items);
  const workers: Worker[] = [];
  signal.addEventListener('abort', () => workers.forEach(({ child }) => child.kill()));
  const marks: Record<FakeName, StopMark[]> = { openai: [], gemini: [] };
  const task = (provider: FakeName, more: Partial<ChaosTask> = {}): ChaosTask => {
    const { url } = servers[provider];
    return { provider, url, db: disk.db, jobs: jobs[provider], rival: false, maxPages: null, ...more };
  };
  const start = (provider: FakeName, more: Partial<ChaosTask> = {}): Worker => {
    const worker = startWorker(program, task(provider, more));
    workers.push(worker);
    return worker;
  };
  const both = (more: Partial<ChaosTask> = {}): Worker[] => providers.map((provider) => start(provider, more));
  const gone = async (ended: readonly Worker[]): Promise<void> => {
    await Promise.all(ended.map(({ child }) => child.gone));
    signal.throwIfAborted();
    for (const one of providers) marks[one].push(await markStop(disk.db, jobs[one], servers[one]));
  };
  const doneTo = async (share: number): Promise<void> => {
    for (;;) {
      await delay(5, undefined, { signal });
      if (providers.every((one) => servers[one].ledger.billedCount >= (share * items) / 2)) return;
      if (workers.slice(-2).every(({ child }) => child.lines.some((line) => /^(end|stopped)/.test(line)))) return;
    }
  };

  report(`working on ${items} items, four jobs in two clients`);
  const first = both();
  await doneTo(0.1);
  report('a second process asks for the jobs');
  // Suspended, so that there is something to ask for; the kernel still knows them for the owners.
  let rivals: readonly Worker[];
  for (;;) {
    for (const { child } of first) child.kill('SIGSTOP');
    rivals = both({ rival: true });
    await Promise.all(rivals.map(({ child }) => child.gone));
    // Suspended within a transaction, an owner holds the lock of the file, and nobody gets as far as to ask.
    if (!rivals.some(({ child }) => child.lines.some((line) => line.includes(' store_locked ')))) break;
    for (const { child } of first) child.kill('SIGCONT');
    await delay(30, undefined, { signal });
  }
  // Of the smallest jobs one may be through by now: nobody is kept from what is at its end.
  const over = providers
    .flatMap((one) => jobs[one].map(({ jobId }) => jobId))
    .filter((jobId) => storedState(disk.db, jobId).record?.status === 'completed');
  report('kill -9, and another process takes over');
  for (const { child } of first) child.kill();
  await gone(first);
  const second = both();
  await doneTo(0.4);
  report('the disk is full');
  const limited = fillUp(second, disk);
  const third = limited === null ? second : (await gone(second), both({ maxPages: limited }));
  await gone(third);
  disk.free();
  report('there is room again');
  const last = both();
  await gone(last);

  const outcome = (provider: FakeName, index: number): Outcome => ({
    jobs: jobs[provider],
    marks: marks[provider].slice(0, -1),
    ...refusalsOf(rivals[index]!, first[index]!, over),
    ...stopsOf(third[index]!, last[index]!),
    completed: said(last[index]!, 'end').filter((line) => line.includes(' completed ')).length,
    final: Object.fromEntries(jobs[provider].map(({ jobId }) => [jobId, storedState(disk.db, jobId)])),
  });
  return { openai: outcome('openai', 0), gemini: outcome('gemini', 1) };
}

/** Fills a disk under those who work; where that cannot be, ends them and says how many pages the next may have. */
function fillUp(working: readonly Worker[], disk: SmallDisk): number | null {
  const pages = disk.fill();
  if (pages !== null) for (const { child } of working) child.kill();
  return pages;
}

function jobsOf(items: number): Readonly<Record<FakeName, readonly ChaosJob[]>> {
  const count = Math.ceil(items / 4);
  const of = (name: FakeName): readonly ChaosJob[] => [
    { jobId: `${name}-requests`, mode: 'emulated', count },
    { jobId: `${name}-batches`, mode: 'native', count },
  ];
  return { openai: of('openai'), gemini: of('gemini') };
}

function refusalsOf(
  rival: Worker,
  owner: Worker,
  over: readonly string[],
): Pick<Outcome, 'refusals' | 'wrongRefusals'> {
  const named = new RegExp(`^refused \\S+ job_busy .* by process ${owner.child.pid} on `);
  const lines = [...said(rival, 'refused'), ...said(rival, 'taken'), ...said(rival, 'stopped')];
  const right = lines.filter((line) => named.test(line) || over.some((jobId) => line === `taken ${jobId}`));
  return { refusals: right.length, wrongRefusals: lines.filter((line) => !right.includes(line)) };
}

/** A job may be through before the disk is full; when there is room again, nothing may stop one. */
function stopsOf(atFullDisk: Worker, last: Worker): Pick<Outcome, 'diskFull' | 'otherStops'> {
  const lines = said(atFullDisk, 'stopped');
  const full = lines.filter((line) => line.includes(' disk_full '));
  const others = [...lines.filter((line) => !full.includes(line)), ...said(last, 'stopped')];
  const noise = [atFullDisk, last].flatMap(({ child }) => child.stderr().split('\n').filter(Boolean));
  return { diskFull: full.length, otherStops: [...others, ...noise] };
}
