import { startFakeOpenAI, type FakeServer, type Ledger } from 'openapi-batch/testing';
import { judge } from './demo-items.js';

/** OpenAI's batch API on a local port, with its day made a few seconds: shuffled results, one batch that expires half done. */
export function startNativeServer(): Promise<FakeServer> {
  return startFakeOpenAI({
    answer: ({ text }) => judge(text),
    batches: {
      validatingMs: 200,
      runMsPerRequest: 12,
      finalizingMs: 150,
      shuffle: true,
      // The second batch runs out of time: what was done is kept, the rest is sent again.
      script: ({ n }) => (n === 2 ? { expiresAfterMs: 900 } : {}),
    },
  });
}

/** `7 batches, 600 lines billed, none of them twice`. */
export function describeBatches(ledger: Ledger): string {
  const twice = [...ledger.billedPerKey().values()].filter((times) => times > 1).length;
  const billed = `${String(ledger.billedCount)} lines billed, ${twice === 0 ? 'none' : String(twice)} of them twice`;
  return `${String(ledger.batches.length)} batches, ${billed}`;
}
