import {
  afterwards,
  openaiFaults,
  startFakeGemini,
  startFakeOpenAI,
  type FakeServer,
  type FaultPlan,
} from '../../../lib/testing/index.js';
import type { Random } from '../harness/random.js';
import type { Cell } from './cell.js';

/**
 * Creations whose answer is lost though the batch is there, failing polls and lists, downloads that break off. Lines and
 * ordinary requests are left alone: with those, what is sent again would not be the kills' doing.
 */
const sickness: FaultPlan = [
  { on: 'batches.create', probability: 0.15, fault: openaiFaults.reset({ billed: true }) },
  { on: 'batches.create', probability: 0.15, fault: afterwards(openaiFaults.serverError()) },
  { on: ['batches.get', 'batches.list'], probability: 0.15, fault: openaiFaults.html() },
  { on: 'files.content', firstAttempts: 2, probability: 0.5, fault: openaiFaults.cut() },
  { on: ['files.create', 'files.upload'], probability: 0.1, fault: openaiFaults.reset({ billed: true }) },
];

/** Answers in 1 to 12 ms; batches that take their time, and that the list does not show at once. */
export function startFake({ provider }: Cell, sick: boolean, random: Random): Promise<FakeServer> {
  const options = {
    latencyMs: () => random.between(1, 12),
    batches: { validatingMs: 15, runMs: 30, finalizingMs: 15, listLagMs: 40, lateOutputMs: 20 },
    faults: sick ? sickness : [],
    seed: random.between(1, 1_000_000),
  };
  return provider === 'openai' ? startFakeOpenAI(options) : startFakeGemini(options);
}
