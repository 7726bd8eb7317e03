import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FakeServer } from '../../../lib/testing/index.js';
import { startChild, type Child } from '../harness/child.js';
import type { Random } from '../harness/random.js';
import type { KillPoint } from '../programs/points/kill-switch.js';
import type { Cell } from './cell.js';
import type { CrashTask } from './crash-task.js';
import { Follower, type FollowerHabit } from './follower.js';
import type { PointCatalogue, PointCounts } from './point-catalogue.js';
import { startFake } from './start-fake.js';
import { storedState, type StoredState } from './stored-state.js';

/** One process of a life. */
export interface Run {
  readonly killed: 'at a point' | 'by the clock' | 'no';
  /** What is stored after its death. */
  readonly after: StoredState;
}

/** A job from its first process to its end. */
export interface Life {
  readonly runs: readonly Run[];
  readonly follower: Follower;
  readonly server: FakeServer;
  readonly final: StoredState;
  /** What went wrong beyond the figures: a process that failed or hung. */
  readonly complaints: readonly string[];
}

export interface LifeOptions {
  readonly cell: Cell;
  readonly program: string;
  readonly catalogue: PointCatalogue;
  readonly random: Random;
  /** At most so many; 0 for a life without a death. */
  readonly kills: number;
  readonly habit: FollowerHabit;
  readonly input: CrashTask['input'];
  /** The server has troubles of its own. */
  readonly sick: boolean;
  /** Files of batches are deleted once they are read. */
  readonly cleanUp: boolean;
  /** Whether all processes count their awaits. */
  readonly learn: boolean;
  /** Milliseconds a process without a kill took. */
  readonly usualMs: number;
}

/** Longer than any process needs by far. */
const hangMs = 60_000;

/** Lives one life, and judges nothing: kills, restarts, watches, until the job is done. */
export async function live<R>(options: LifeOptions, judge: (life: Life) => R): Promise<R> {
  const { cell, random, habit } = options;
  const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-crash-'));
  const server = await startFake(cell, options.sick, random);
  const db = join(folder, 'batches.sqlite');
  const follower = new Follower(db);
  const runs: Run[] = [];
  const complaints: string[] = [];
  try {
    while (runs.at(-1)?.killed !== 'no' && complaints.length === 0) {
      runs.push(await oneRun(options, { db, folder, server, follower, number: runs.length + 1, complaints }));
    }
    if (complaints.length === 0) await follower.finish();
    // A request that had left before a kill may still be on its way into the ledger.
    await delay(20);
    return judge({ runs, follower, server, complaints, final: storedState(db) });
  } finally {
    if (habit !== 'comes late' || complaints.length > 0) await follower.disconnect();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly db: string;
  readonly folder: string;
  readonly server: FakeServer;
  readonly follower: Follower;
  readonly number: number;
  readonly complaints: string[];
}

async function oneRun(options: LifeOptions, place: Place): Promise<Run> {
  const { cell, catalogue, random, habit } = options;
  const { db, folder, server, follower, number, complaints } = place;
  const start = number === 1 ? 'new' : 'taken up';
  const byClock = random.share() < 0.2;
  const dies = number <= options.kills;
  const kill = dies && !byClock ? (catalogue.choose(start, random) ?? null) : null;
  const report = join(folder, `${number}.json`);
  const { provider, mode, count, concurrency } = cell;
  const settings = { ...cell.options, cleanUp: options.cleanUp };
  const task: CrashTask = {
    ...{ provider, mode, count, concurrency, options: settings, db, report, kill },
    ...{ url: server.url, input: options.input, run: number, learn: options.learn },
  };
  const child = startChild(options.program, task);
  const clock = dies && byClock ? setTimeout(() => child.kill(), random.share() * options.usualMs) : undefined;
  const hang = setTimeout(() => {
    complaints.push(`process ${number} hung${at(kill)}`);
    child.kill();
  }, hangMs);
  if (habit !== 'comes late') void child.line('begun').then((line) => line !== undefined && follower.connect());
  const end = await child.gone;
  clearTimeout(clock);
  clearTimeout(hang);
  if (habit === 'comes and goes') await follower.disconnect();

  if (existsSync(report)) catalogue.learn(start, JSON.parse(readFileSync(report, 'utf8')) as PointCounts);
  const killed = end === 'SIGKILL';
  if (kill !== null) (killed ? catalogue.hit : catalogue.miss).call(catalogue, kill);
  if (!killed && end !== 0) complaints.push(complaintOf(child, number, end, kill));
  return {
    killed: !killed ? 'no' : kill === null ? 'by the clock' : 'at a point',
    after: storedState(db, 'job', follower.connected),
  };
}

function complaintOf({ lines, stderr }: Child, number: number, end: unknown, kill: KillPoint | null): string {
  return `process ${number} ended with ${String(end)}${at(kill)}: ${lines.join(' | ')} ${stderr().slice(0, 500)}`;
}

function at(kill: KillPoint | null): string {
  return kill === null ? '' : ` (was to be killed at ${kill.name}, passing ${kill.n})`;
}
