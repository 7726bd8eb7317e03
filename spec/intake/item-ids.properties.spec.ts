import fc from 'fast-check';
import { lastValueFrom, toArray } from 'rxjs';
import type { BatchItem } from '../../lib/index.js';
import { failure, testClients } from '../support/clients.js';

const clients = testClients();

const id = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', ' ', 'a', 'A', '1', '01', 'null', 'é', 'é', 'a\u0000', 'i1'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const item = fc.record({ itemId: fc.option(id, { nil: undefined }), input: fc.constantFrom('x', 'y', { b: 1, a: 2 }) });

const given = (items: readonly { itemId: string | undefined; input: unknown }[]): BatchItem[] =>
  items.map(({ itemId, input }) => (itemId === undefined ? { input } : { itemId, input }));

it('each item has one id and one result, joined by that id alone; a second reading in any order is the same job', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 25 }), fc.nat(), async (items, turn) => {
      const client = clients.open({ db: ':memory:', localEcho: {} });
      const own = items.flatMap(({ itemId }) => (itemId === undefined ? [] : [itemId]));
      const job = client.map({ jobId: 'j', items: given(items) });
      if (new Set(own).size !== own.length) {
        expect((await failure(job.wait())).code).toBe('duplicate_item');
        return client.close();
      }
      await job.wait();
      const results = await job.resultsDict();
      expect(Object.keys(results)).toHaveLength(items.length);
      const inOrder = await lastValueFrom(job.results({ order: 'input' }).pipe(toArray()));
      inOrder.forEach(({ itemId }, n) => expect(items[n]?.itemId ?? itemId).toBe(itemId));
      // The same items again, begun elsewhere: nothing is new.
      const at = items.length === 0 ? 0 : turn % items.length;
      await client.map({ jobId: 'j', items: given([...items.slice(at), ...items.slice(0, at)]) }).wait();
      expect((await job.info()).total).toBe(items.length);
      expect(await job.resultsDict()).toEqual(results);
      return client.close();
    }),
    { numRuns: 60 },
  );
});

it('ids of 10 MB that differ in their last character are two ids', async () => {
  const long = 'x'.repeat(10_000_000);
  const job = clients.open().map({ jobId: 'j', items: ['1', '2'].map((end) => ({ itemId: long + end, input: end })) });
  await job.wait();
  const results = await job.resultsDict();
  expect(['1', '2'].map((end) => results[long + end]?.ok)).toEqual([true, true]);
  const twice = clients.open().map({ items: [long, long].map((itemId) => ({ itemId, input: 'x' })) });
  expect((await failure(twice.wait())).message.length).toBeLessThan(400);
});
