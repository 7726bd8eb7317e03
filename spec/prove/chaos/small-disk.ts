import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountSmallDisk } from '../../store/support/privileges.js';

/** A place for a database that can be full. */
export interface SmallDisk {
  readonly db: string;
  /** How it is made, in words for the table. */
  readonly kind: string;
  /** Takes what is left of it; gives the pages a database may have where there is no disk of its own. */
  fill(): number | null;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

const megabytes = 192;
const pageBytes = 8_192;
/** Pages the database may still grow where only their number is limited. */
const morePages = 40;

/** A file system of its own where mounting is allowed, else a limit that SQLite keeps itself. */
export function smallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-chaos-'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const mounted = process.env['OPENAPI_BATCH_NO_MOUNT'] === undefined ? mountSmallDisk(disk, megabytes) : undefined;
  const db = join(disk, 'batches.sqlite');
  const ballast = join(disk, 'ballast');
  return {
    db,
    kind: mounted
      ? `a mounted file system of ${megabytes} MB, filled to its end`
      : 'SQLite max_page_count (no mount allowed)',
    fill: () => {
      if (mounted === undefined) return Math.ceil(statSync(db).size / pageBytes) + morePages;
      takeAll(ballast);
      return null;
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      mounted?.unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A file that takes all the room there is. */
function takeAll(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(pageBytes, 1);
  try {
    for (;;) writeSync(file, block);
  } catch {
    // Full.
  }
  closeSync(file);
}
