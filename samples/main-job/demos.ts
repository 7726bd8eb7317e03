import type { BatchClientOptions, Mode } from 'openapi-batch';
import type { FakeServer, Ledger } from 'openapi-batch/testing';
import { describeLedger, startDemoServer } from './demo-server.js';
import { describeBatches, startNativeServer } from './native-server.js';
import { progressView, type ProgressView } from './progress-view.js';
import { shardView } from './shard-view.js';

/** One of the two ways the main job can be run. */
export interface Demo {
  /** What its jobs are called: `demo-1`, `demo-2`, ... */
  readonly name: string;
  readonly mode: Mode;
  readonly items: number;
  readonly settings: BatchClientOptions;
  startServer(): Promise<FakeServer>;
  view(stream: NodeJS.WriteStream): ProgressView;
  describe(ledger: Ledger): string;
}

/** Ordinary requests on a bad day. */
export const requestDemo: Demo = {
  name: 'demo',
  mode: 'emulated',
  items: 200,
  settings: { concurrency: 10, backoffBaseMs: 100 },
  startServer: startDemoServer,
  view: progressView,
  describe: describeLedger,
};

/** The provider's batch API: shards of 100, three of them at a time. */
export const nativeDemo: Demo = {
  name: 'native-demo',
  mode: 'native',
  items: 600,
  settings: { pollIntervalMs: 200, maxPollIntervalMs: 400, nativeCaps: { maxRequests: 100, maxBatches: 3 } },
  startServer: startNativeServer,
  view: shardView,
  describe: describeBatches,
};
