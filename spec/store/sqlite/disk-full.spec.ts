import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { progressSnapshot } from '../../../lib/testing/event-builders.js';
import { tempDatabases } from '../../support/temp-database.js';
import { okDraft, openJob, thrown } from '../support/fill.js';
import { mountSmallDisk } from '../support/privileges.js';

const newPath = tempDatabases();

/** A file that takes all the room there is. */
function fillUp(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (;;) writeSync(file, block);
  } catch {
    // Full.
  }
  closeSync(file);
}

/** Without the right to mount there is no small disk to fill. */
function onSmallDisk(megabytes: number, work: (folder: string) => void): void {
  const folder = join(dirname(newPath()), 'disk');
  mkdirSync(folder);
  const disk = mountSmallDisk(folder, megabytes);
  try {
    if (disk !== undefined) work(folder);
  } finally {
    disk?.unmount();
  }
}

describe('a disk that fills up', () => {
  it('is one clear error; nothing written is lost, and the work goes on when there is room again', () => {
    onSmallDisk(40, (folder) => {
      const path = join(folder, 'batches.sqlite');
      const store = sqliteStore({ path });
      const { lease, key } = openJob(store, 200);
      store.commit(lease, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 });
      const ballast = join(folder, 'ballast');
      fillUp(ballast);
      const { bavail } = statfsSync(folder);
      expect(bavail).toBe(0);

      let committed = 1;
      const error = thrown(() => {
        for (let ordinal = 2; ordinal <= 200; ordinal++) {
          store.commit(lease, {
            drafts: [okDraft(ordinal, 'x'.repeat(200_000))],
            lowWater: ordinal,
            claimedTo: ordinal,
          });
          committed = ordinal;
        }
      });
      expect(error.code).toBe('disk_full');
      expect(error.message).toBe(
        `The disk that holds ${path} is full; free some space and resume: nothing already written is lost`,
      );
      expect(store.results(key, 0, 1_000, 'all')).toHaveLength(committed);
      expect(store.findJob('job')).toMatchObject({ ok: committed, lowWater: committed });
      const second = thrown(() =>
        store.finish(lease, {
          status: 'failed',
          reason: { code: 'disk_full', message: 'x'.repeat(500_000) },
          progress: progressSnapshot(),
          lowWater: committed,
        }),
      );
      expect(second.code).toBe('disk_full');

      rmSync(ballast);
      store.commit(lease, { drafts: [okDraft(committed + 1)], lowWater: committed + 1, claimedTo: committed + 1 });
      expect(store.results(key, 0, 1_000, 'all')).toHaveLength(committed + 1);
      store.close();
      const again = sqliteStore({ path });
      expect(again.results(key, 0, 1_000, 'all')).toHaveLength(committed + 1);
      again.close();
    });
  });

  it('is told as such where a database is opened or made on it', () => {
    onSmallDisk(1, (folder) => {
      const path = join(folder, 'batches.sqlite');
      sqliteStore({ path }).close();
      fillUp(join(folder, 'ballast'));
      for (const one of [path, join(folder, 'another.sqlite')])
        expect(thrown(() => sqliteStore({ path: one }))).toMatchObject({
          code: 'disk_full',
          message: `The disk that holds ${one} is full; free some space and resume: nothing already written is lost`,
        });
      rmSync(join(folder, 'ballast'));
      sqliteStore({ path }).close();
    });
  });

  it('does not keep a store from being closed', () => {
    onSmallDisk(40, (folder) => {
      const path = join(folder, 'batches.sqlite');
      const store = sqliteStore({ path });
      const { lease } = openJob(store, 5);
      fillUp(join(folder, 'ballast'));
      expect(
        thrown(() => {
          for (;;)
            store.commit(lease, {
              drafts: [
                {
                  type: 'progress',
                  progress: progressSnapshot({ reason: { code: 'x', message: 'x'.repeat(300_000) } }),
                },
              ],
              lowWater: 0,
              claimedTo: 0,
            });
        }).code,
      ).toBe('disk_full');
      store.close();
      expect(readdirSync(folder).filter((file) => file.includes('-owner-'))).toEqual([]);
      expect(thrown(() => store.findJob('job')).code).toBe('client_closed');
      rmSync(join(folder, 'ballast'));
      const again = sqliteStore({ path });
      expect(again.acquire('job').epoch).toBe(2);
      again.close();
    });
  });
});
