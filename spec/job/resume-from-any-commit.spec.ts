import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { lastValueFrom, take, toArray } from 'rxjs';
import type { BatchEvent, Provider } from '../../lib/index.js';
import { httpError } from '../support/hand-provider.js';
import { items, tell, testClients } from '../support/clients.js';

const clients = testClients();

/** Answers that go by the item alone: some fail for good, some at their first attempt. */
function provider(sent: string[] = []): Provider {
  return {
    name: 'steady',
    request: async ({ itemId }, { attempt }) => {
      sent.push(itemId);
      await new Promise((resolve) => setTimeout(resolve, Number(itemId.slice(1)) % 3));
      if (itemId.endsWith('7')) throw httpError(400, `no ${itemId}`);
      if (itemId.endsWith('3') && attempt === 1) throw httpError(500);
      return { output: `re: ${itemId}`, usage: { inputTokens: 1, outputTokens: 2 } };
    },
  };
}

const options = { concurrency: 3, backoffBaseMs: 1, progressIntervalMs: 0 };

it('a copy of the database taken at any commit comes to the same results, and sends nothing again that it holds', async () => {
  const copies: { readonly path: string; readonly done: number }[] = [];
  const copy = (done: number): void => {
    const path = join(clients.folder, `copy-${copies.length}`);
    copies.push({ path, done });
    for (const end of ['', '-wal']) if (existsSync(clients.path + end)) copyFileSync(clients.path + end, path + end);
  };
  const job = clients
    .open({ provider: provider(), ...options })
    .map({ jobId: 'j', items: items(40), startAfterInput: true });
  let done = 0;
  job.subscribe((event) => {
    if (event.type === 'item') done++;
    copy(done);
  });
  await job.wait();
  const expected = await job.resultsDict();
  expect(copies.length).toBeGreaterThan(40);
  // Every commit of the first and last items, and each third of the others.
  for (const { path, done: held } of copies.filter((_, n) => n < 8 || n % 3 === 0 || n > copies.length - 8)) {
    const sent: string[] = [];
    const client = clients.open({ provider: provider(sent), db: path, ...options });
    const resumed = client.map({ jobId: 'j', items: items(40), startAfterInput: true });
    await resumed.wait();
    expect(await resumed.resultsDict()).toEqual(expected);
    expect(new Set(sent).size).toBeLessThanOrEqual(40 - held);
    await client.close();
  }
}, 60_000);

it('a subscriber that stops after any events and goes on by sequence is told exactly the rest', async () => {
  const all = await tell(clients.open({ provider: provider(), ...options }).map({ jobId: 'j', items: items(40) }));
  const job = clients.open({ provider: provider() }).job('j');
  const stored = await lastValueFrom(job.events({ after: 0 }).pipe(toArray()));
  expect(stored.filter(({ type }) => type === 'item')).toEqual(all.items);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 8 }), async (parts) => {
      const told: BatchEvent[] = [];
      for (const part of [...parts, Infinity]) {
        const after = told.at(-1)?.seq ?? 0;
        told.push(...(await lastValueFrom(job.events({ after }).pipe(take(part), toArray()), { defaultValue: [] })));
      }
      expect(told).toEqual(stored);
    }),
    { numRuns: 40 },
  );
});
