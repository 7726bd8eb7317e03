import {
  startFakeGemini,
  startFakeOpenAI,
  type BatchOptions,
  type FakeServer,
  type FakeServerOptions,
} from '../../../lib/testing/index.js';
import type { FakeName } from './chaos-task.js';
import { faultPlan } from './fault-plan.js';

export type Servers = Readonly<Record<FakeName, FakeServer>>;

/** Some batches fail as a whole, some run out of time, some name lines nobody asked for or show their files late. */
const batches: BatchOptions = {
  ...{ validatingMs: 40, runMs: 120, finalizingMs: 40, listLagMs: 150, rangeSupport: true },
  script: ({ n }) => ({
    ...(n % 11 === 4 ? { failWith: [{ code: 'server_error', message: 'The batch could not be read.' }] } : {}),
    ...(n % 11 === 7 ? { runMs: 2_000, expiresAfterMs: 400 } : {}),
    ...(n % 5 === 2 ? { foreignLines: 3 } : {}),
    ...(n % 5 === 3 ? { lateOutputMs: 150 } : {}),
  }),
};

export async function startServers(seed: number): Promise<Servers> {
  const options = (provider: FakeName): FakeServerOptions => {
    return { seed, batches, faults: faultPlan(provider), latencyMs: (n) => 2 + (n % 9) };
  };
  return { openai: await startFakeOpenAI(options('openai')), gemini: await startFakeGemini(options('gemini')) };
}
