import type { ChatCompletion } from 'openai/resources/chat/completions';
import { itemIdOf } from './items.js';
import { plainDatabase } from './plain-database.js';

export interface ResultRow {
  readonly ordinal: number;
  readonly body: string;
}

interface OutputLine {
  readonly custom_id: string;
  readonly response: { readonly body: ChatCompletion };
}

/** The rows the library keeps of a result, in a database that has no others. */
export class ResultTable {
  /** Milliseconds of the longest transaction so far. */
  longestMs = 0;
  readonly #transaction: (rows: readonly ResultRow[]) => void;

  constructor(
    path: string,
    private readonly keepRaw: 'always' | 'never',
  ) {
    const db = plainDatabase(path);
    const insertEvent = db.prepare('INSERT INTO events (job, type, at, item, ok, body) VALUES (1, 2, ?, ?, 1, ?)');
    const settle = db.prepare(`INSERT INTO item_states (key, state, seq) VALUES (?, 1, ?)
      ON CONFLICT (key) DO UPDATE SET state = excluded.state, seq = excluded.seq WHERE state = 0`);
    const touch = db.prepare('UPDATE jobs SET ok = ok + ?, low_water = ? WHERE key = 1');
    this.#transaction = db.transaction((rows: readonly ResultRow[]) => {
      for (const { ordinal, body } of rows)
        settle.run(ordinal, insertEvent.run(Date.now(), ordinal, body).lastInsertRowid);
      touch.run(rows.length, rows.at(-1)?.ordinal ?? 0);
    });
  }

  /** One transaction. */
  write(rows: readonly ResultRow[]): void {
    const startedAt = performance.now();
    this.#transaction(rows);
    this.longestMs = Math.max(this.longestMs, performance.now() - startedAt);
  }

  /** A line of an output file as it is stored. */
  toRow(line: string): ResultRow {
    const { custom_id, response } = JSON.parse(line) as OutputLine;
    const ordinal = Number(custom_id.slice(1));
    const { choices, usage } = response.body;
    const result = {
      ...{ itemId: itemIdOf(ordinal), ok: true, output: choices[0]?.message.content },
      usage: { inputTokens: usage?.prompt_tokens, outputTokens: usage?.completion_tokens },
      attempts: 1,
      ...(this.keepRaw === 'always' ? { raw: response.body } : {}),
    };
    return { ordinal, body: JSON.stringify(result) };
  }
}
