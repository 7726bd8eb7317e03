import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { startFakeOpenAI } from '../../lib/testing/index.js';
import { bundleLibrary, runChild } from './support/child-job.js';

describe('SIGKILL at random moments, against a server with its own ledger', () => {
  let folder: string;
  let library: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openapi-batch-kills-'));
    library = bundleLibrary(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([1, 2])(
    'run %i: nothing lost, no second batch',
    async (seed) => {
      const count = 400;
      await using server = await startFakeOpenAI({
        seed,
        batches: { validatingMs: 20, runMs: 60, finalizingMs: 20, enqueuedTokens: 5_000, listLagMs: 50 },
      });
      const db = join(folder, `kills-${seed}.sqlite`);
      const options = {
        ...{ pollIntervalMs: 20, maxPollIntervalMs: 50, orphanWaitMs: 1_000, lateOutputMs: 1_000 },
        nativeCaps: { maxRequests: 20, maxBatches: 3 },
      };
      const job = { library, db, baseURL: server.url, count, options };
      let kills = 0;
      for (let n = 0; n < 12; n++) {
        // Not in step with anything: the moments spread over upload, create, poll, download and commit.
        const killAfterMs = ((seed * 7919 + n * 104_729) % 230) + 5;
        if (await runChild(job, killAfterMs)) break;
        kills++;
      }
      await runChild(job);
      expect(kills).toBeGreaterThan(3);
      const store = sqliteStore({ path: db });
      const record = store.findJob('job')!;
      expect(record).toMatchObject({ status: 'completed', total: count, ok: count });
      const results = store.results(record.key, 0, 10_000, 'all').map(({ result }) => result);
      expect(new Set(results.map(({ itemId }) => itemId)).size).toBe(count);
      for (const result of results) expect(result).toMatchObject({ output: `echo: say ${result.itemId.slice(5)}` });
      store.close();
      expect([...server.ledger.billedPerItem().values()].filter((times) => times !== 1)).toEqual([]);
      expect(server.ledger.billedPerItem().size).toBe(count);
      expect(server.ledger.batches).toHaveLength(count / 20);
    },
    60_000,
  );
});
