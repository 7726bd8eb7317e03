import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import type { BatchItem } from '../../../lib/index.js';
import { schemaVersion } from '../../../lib/store/sqlite/migrations.js';
import { tell, testClients } from '../../support/clients.js';
import { HandProvider } from '../../support/hand-provider.js';

const folder = join(__dirname, '../../fixtures/databases');
const files = readdirSync(folder).filter((file) => file.endsWith('.gz'));
const clients = testClients();

/** A copy of a fixture in a place of its own. */
function copy(file: string): string {
  writeFileSync(clients.path, gunzipSync(readFileSync(join(folder, file))));
  return clients.path;
}

function open() {
  const provider = new HandProvider((ask) => queueMicrotask(() => ask.answer(`again: ${ask.itemId}`)));
  return { provider, client: clients.open({ provider: Object.assign(provider, { name: 'local_echo' }) }) };
}

const input: BatchItem[] = ['a', 'b', 'c', 'd', 'e', 'f'].map((itemId) => ({
  itemId,
  input: { prompt: `prompt of ${itemId}` },
  ...(itemId === 'd' ? { metadata: { row: 4 } } : {}),
}));
input.push({ input: { prompt: 'without an id' } });

it('there is a database of every schema up to this one', () => {
  const found = new Set(files.map((file) => Number(/^schema-(\d+)/.exec(file)?.[1])));
  expect([...found].sort()).toEqual(Array.from({ length: schemaVersion }, (_, n) => n + 1));
});

describe.each(files)('%s', (file) => {
  it('is migrated at opening, and tells what it held', async () => {
    const path = copy(file);
    const { client } = open();
    const [info] = await client.jobs();
    expect(info).toMatchObject({ jobId: 'old', status: 'interrupted', total: 7, ok: 1, failed: 1, tags: ['kept'] });
    expect(info).toMatchObject({ metadata: { from: 'before' }, inputComplete: true, owner: null, notes: {} });
    expect(await client.job('old').resultsDict()).toMatchObject({
      a: { ok: true, output: 'first', usage: { inputTokens: 3, outputTokens: 1 }, raw: { id: 'r1' }, attempts: 1 },
      b: { ok: false, error: { code: 'invalid_request', status: 400 }, attempts: 1 },
    });
    await client.close();
    const db = new Database(path, { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(schemaVersion);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  });

  it('is resumed: what was done stays done, attempts are remembered', async () => {
    copy(file);
    const { client, provider } = open();
    const job = client.resume('old');
    expect((await job.wait()).ok).toBe(6);
    expect([...provider.ids].sort()).toEqual(['c', 'd', 'e', 'f', expect.stringMatching(/^item-/)]);
    const results = await job.resultsDict();
    expect([results['c']?.attempts, results['d']?.attempts, results['d']?.metadata]).toEqual([2, 1, { row: 4 }]);
    const { events } = await tell(job);
    expect(events.filter(({ type }) => type === 'item')).toHaveLength(7);
  });

  it('knows its items again when the same program is started', async () => {
    copy(file);
    const { client, provider } = open();
    await client.map({ jobId: 'old', items: input }).wait();
    expect(provider.ids).toHaveLength(5);
    await client.job('old').retryFailed().wait();
    expect(provider.ids.at(-1)).toBe('b');
    expect(await client.job('old').info()).toMatchObject({ total: 7, ok: 7, failed: 0 });
  });
});
