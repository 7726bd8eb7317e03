import { asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { BatchClient, type BatchClientOptions, type Progress, type Result } from '../../lib/index.js';
import {
  scriptedProvider,
  type Script,
  type ScriptedLog,
  type ScriptedProviderOptions,
} from '../../lib/testing/index.js';
import { item } from './clients.js';

export interface VirtualOptions extends BatchClientOptions {
  /** Ids of the items, or of the items of each of several jobs. */
  readonly items: number | readonly (readonly string[])[];
  readonly providerOptions?: ScriptedProviderOptions;
}

/** Jobs as they went, in virtual time. */
export interface VirtualRun {
  readonly log: ScriptedLog;
  readonly results: ReadonlyMap<string, Result>;
  /** Ids in the order of their results, over all jobs. */
  readonly order: readonly string[];
  /** When each result came. */
  readonly at: ReadonlyMap<string, number>;
  readonly progress: readonly Progress[];
  /** What ended jobs, where that was not `complete`. */
  readonly errors: readonly unknown[];
  readonly tookMs: number;
}

/** Runs whole jobs of one client in virtual time; each client is closed after its test. */
export function virtualRuns(): (script: Script, options: VirtualOptions) => VirtualRun {
  const clients: BatchClient[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close({ drainMs: 0 }))));

  return (script, { items, providerOptions = {}, ...options }) => {
    const provider = scriptedProvider(script, providerOptions);
    const [results, at] = [new Map<string, Result>(), new Map<string, number>()];
    const [progress, errors]: [Progress[], unknown[]] = [[], []];
    let tookMs = 0;
    const ids = typeof items === 'number' ? [Array.from({ length: items }, (_, n) => `i${n}`)] : items;
    new TestScheduler(() => undefined).run(({ flush }) => {
      const client = new BatchClient({ provider, db: ':memory:', log: false, random: () => 1, ...options });
      clients.push(client);
      const end = (): void => void (tookMs = asyncScheduler.now());
      for (const each of ids) {
        client.map({ items: each.map(item) }).subscribe({
          next: (event) => {
            if (event.type === 'progress') progress.push(event.progress);
            if (event.type !== 'item') return;
            results.set(event.itemId, event.result);
            at.set(event.itemId, asyncScheduler.now());
          },
          error: (error: unknown) => {
            errors.push(error);
            end();
          },
          complete: end,
        });
      }
      flush();
    });
    return { log: provider.log, results, order: [...results.keys()], at, progress, errors, tookMs };
  };
}
