import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a test may look at in a line of JSON, whatever it is about. */
export interface JsonLine {
  readonly type: string;
  readonly jobId: string;
  readonly itemId: string;
  readonly ok: boolean;
  readonly output: unknown;
}

/** A folder of its own for one test, with requests and results in it. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'cli-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes lines: objects as JSON, strings as they are. */
  write(lines: readonly unknown[], name = 'requests.jsonl'): void {
    writeFileSync(
      this.path(name),
      lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
    );
  }

  read(name = 'out.jsonl'): JsonLine[] {
    return jsonLines(readFileSync(this.path(name), 'utf8'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const jsonLines = (text: string): JsonLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonLine);

export const prompts = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ itemId: `i${String(i)}`, prompt: `p${String(i)}` }));

/** Resolves once the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
