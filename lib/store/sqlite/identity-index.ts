import type { IdentityIndex, ItemIdentity } from '../store.js';
import type { Connection } from './connection.js';
import type { ItemTable } from './item-table.js';

/** Rows indexed in one slice: a few milliseconds. */
const slice = 4_000;

/**
 * Look-up by item id in a TEMP table: private to the connection, never synced, gone with it. A permanent index over ids
 * would make every submission of a million hash ids four times dearer.
 */
export class TempIdentityIndex implements IdentityIndex {
  readonly #table: string;
  #number = 1;
  #indexed = 0;
  #dropped = false;

  constructor(
    private readonly connection: Connection,
    private readonly items: ItemTable,
    private readonly job: number,
    private readonly upTo: number,
    private readonly inUse: Set<number>,
  ) {
    // The lowest that is free: each number has prepared statements of its own, which are kept.
    while (inUse.has(this.#number)) this.#number++;
    inUse.add(this.#number);
    this.#table = `temp.identity_${String(this.#number)}`;
    connection.read(() =>
      connection.db.exec(
        `CREATE TABLE ${this.#table} (word INTEGER, ordinal INTEGER, PRIMARY KEY (word, ordinal)) WITHOUT ROWID`,
      ),
    );
  }

  build(): boolean {
    const limit = Math.min(slice, this.upTo - this.#indexed);
    if (limit <= 0) return true;
    const rows = this.items.after(this.job, this.#indexed, limit);
    this.connection.write(() => {
      const insert = this.connection.sql(`INSERT OR IGNORE INTO ${this.#table} VALUES (?, ?)`);
      for (const row of rows) insert.run(wordOf(row.itemId), row.ordinal);
    });
    this.#indexed = rows.at(-1)?.ordinal ?? this.upTo;
    return this.#indexed >= this.upTo;
  }

  find(itemId: string): ItemIdentity | undefined {
    const rows = this.connection.read(() =>
      this.connection.sql(`SELECT ordinal FROM ${this.#table} WHERE word = ?`).all(wordOf(itemId)),
    );
    for (const { ordinal } of rows as { readonly ordinal: number }[]) {
      const found = this.items.at(this.job, ordinal, itemId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.connection.read(() => this.connection.db.exec(`DROP TABLE IF EXISTS ${this.#table}`));
    this.inUse.delete(this.#number);
  }
}

/** 32 bits of the id (FNV-1a): two ids may share a word, which the exact look behind it settles. */
function wordOf(itemId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < itemId.length; i++) hash = Math.imul(hash ^ itemId.charCodeAt(i), 0x01000193);
  return hash | 0;
}
