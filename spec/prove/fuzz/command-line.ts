import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCli } from '../../cli/support/test-io.js';
import { expectThat, inTime, type FuzzTarget } from './fuzz-target.js';
import { hostile } from './hostile-json.js';

const templates = [
  (id: string) => ({ itemId: id, input: { prompt: id }, params: { temperature: 0 }, metadata: { row: 1 } }),
  (id: string) => ({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: id }] },
  }),
  (id: string) => ({ key: id, request: { contents: [{ parts: [{ text: id }] }] } }),
  (id: string) => ({ id, prompt: id, system: 'be brief' }),
];

/** Whole runs of the command line over files with hostile lines. */
export async function commandLineTarget(): Promise<FuzzTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-fuzz-'));
  return Promise.resolve({
    name: 'command line',
    share: 100,
    once: async (random) => {
      const good = Array.from({ length: random.between(1, 6) }, (_, n) => `good-${n}`);
      const lines = good.map((id) => JSON.stringify({ itemId: id, prompt: id }));
      const at = random.between(0, lines.length);
      lines.splice(at, 0, hostile(random.pick(templates)('bad'), random));
      const ending = random.pick(['\n', '\r\n']);
      writeFileSync(join(folder, 'in.jsonl'), lines.join(ending) + (random.share() < 0.5 ? ending : ''));
      await run(folder, good, at + 1);
    },
    close: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  });
}

async function run(folder: string, good: readonly string[], badLine: number): Promise<void> {
  const argv = 'run in.jsonl --provider local_echo --db :memory: -o out.jsonl --max-attempts 1'.split(' ');
  rmSync(join(folder, 'out.jsonl'), { force: true });
  const { code, stderr } = await inTime(startCli(argv, { cwd: folder }).outcome, 'the command line');
  expectThat(!/\n\s+at /.test(stderr) && stderr.length < 5_000, `a message nobody can read: ${stderr.slice(0, 500)}`);
  if (code === 2) {
    // The line is the bad one, or what it was cut into.
    const line = Number(/in\.jsonl:(\d+): /.exec(stderr)?.[1]);
    expectThat(line >= badLine && line <= badLine + 3, `blames line ${line}, not ${badLine}: ${stderr.slice(0, 300)}`);
    return;
  }
  expectThat(code === 0 || code === 1, `exit code ${code}: ${stderr.slice(0, 300)}`);
  const results = readFileSync(join(folder, 'out.jsonl'), 'utf8').trim().split('\n');
  const byId = new Map(
    results
      .map((line) => JSON.parse(line) as { itemId: string; output?: unknown })
      .map((result) => [result.itemId, result]),
  );
  for (const id of good)
    expectThat(byId.get(id)?.output === id, `${id} has ${String(byId.get(id)?.output).slice(0, 200)}`);
  expectThat(byId.size === results.length, 'an item has two results');
}
