import * as fc from 'fast-check';
import type { BatchItem } from '../../lib/core/item.js';
import { desk } from './support.js';

/** Items out of few contents, so that equal ones are common; some with ids of their own. */
const content = fc.integer({ min: 0, max: 4 }).map((n) => ({ prompt: `text ${n}` }));
const unnamed = fc.record({ input: content });
const inputs = fc.array(unnamed, { maxLength: 40 });
const named = fc
  .uniqueArray(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 12 })
  .map((ids) => ids.filter((id) => id.isWellFormed()));

const runs = { numRuns: 60 };

describe('ids', () => {
  it('are unique, and the same on every run', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, named, async (anonymous, ids) => {
        const items: BatchItem[] = [...anonymous, ...ids.map((itemId) => ({ itemId, input: itemId }))];
        const [first, second] = [desk(), desk()];
        await first.read(items);
        await second.read(items);
        expect(new Set(first.ids()).size).toBe(items.length);
        expect(second.ids()).toEqual(first.ids());
        expect(first.inputs()).toEqual(items.map(({ input }) => input));
      }),
      runs,
    );
  });

  it('of a rerun are recognised: nothing is stored again', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, named, async (anonymous, ids) => {
        const items: BatchItem[] = [...ids.map((itemId) => ({ itemId, input: itemId })), ...anonymous];
        const { read, ids: stored } = desk();
        await read(items);
        const before = stored();
        expect(await read(items)).toEqual([]);
        expect(stored()).toEqual(before);
      }),
      runs,
    );
  });

  it('of a rerun in another order are recognised too', async () => {
    const permuted = fc.tuple(inputs, named).chain(([anonymous, ids]) => {
      const items: BatchItem[] = [...anonymous, ...ids.map((itemId) => ({ itemId, input: itemId }))];
      return fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length }));
    });
    await fc.assert(
      fc.asyncProperty(permuted, async ([items, shuffled]) => {
        const { read, ids } = desk();
        await read(items);
        const before = ids();
        expect(await read(shuffled)).toEqual([]);
        expect(ids()).toEqual(before);
      }),
      runs,
    );
  });

  it('of an input that was read in part go on with what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, fc.nat(40), async (items, cut) => {
        const whole = desk();
        await whole.read(items);
        const parts = desk();
        await parts.read(items.slice(0, cut));
        await parts.read(items);
        expect(parts.ids()).toEqual(whole.ids());
      }),
      runs,
    );
  });

  it('of an input that has grown are given to what is new only', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, inputs, async (items, more) => {
        const { read, ids, inputs: stored } = desk();
        await read(items);
        const before = ids();
        await read([...more, ...items]);
        expect(ids().slice(0, before.length)).toEqual(before);
        expect(new Set(ids()).size).toBe(ids().length);
        const count = (list: readonly unknown[]): Record<string, number> =>
          list.reduce<Record<string, number>>(
            (sums, value) => ({ ...sums, [JSON.stringify(value)]: (sums[JSON.stringify(value)] ?? 0) + 1 }),
            {},
          );
        expect(count(stored())).toEqual(count([...more, ...items].map(({ input }) => input)));
      }),
      runs,
    );
  });

  it('made from equal contents count on', async () => {
    const { read, ids } = desk();
    await read(Array.from({ length: 5 }, () => 'same') as unknown as BatchItem[]);
    const [base = '', ...rest] = ids();
    expect(base).toMatch(/^item-[0-9a-f]{32}$/);
    expect(rest).toEqual([`${base}-2`, `${base}-3`, `${base}-4`, `${base}-5`]);
  });

  it('of many equal contents cost no more than those of different ones', async () => {
    const count = 3_000;
    const cost = async (input: (n: number) => string): Promise<number> => {
      const { read, ids } = desk();
      const started = process.cpuUsage();
      await read(Array.from({ length: count }, (_, n) => ({ input: input(n) })));
      expect(new Set(ids()).size).toBe(count);
      return process.cpuUsage(started).user;
    };
    await cost(String);
    const different = await cost(String);
    // A search through all suffixes would look at four million of them.
    expect(await cost(() => 'same')).toBeLessThan(different * 20 + 300_000);
  });
});

describe('an id given twice', () => {
  it.each([
    ['in one page', 0],
    ['in another page', 1_200],
  ])('%s is refused by name, even with the same content', async (_where, between) => {
    const { refused } = desk();
    const filler = Array.from({ length: between }, (_, n) => ({ itemId: `f${n}`, input: n }));
    const error = await refused([{ itemId: 'twin', input: 'x' }, ...filler, { itemId: 'twin', input: 'x' }]);
    expect(error.code).toBe('duplicate_item');
    expect(error.message).toBe(
      `item ${between + 2}: the itemId "twin" was given to an earlier item of this input; ids are unique within a job (leave itemId out to have one made)`,
    );
  });

  it('is refused in a rerun as well, although both are stored', async () => {
    const { read, refused } = desk();
    await read([{ itemId: 'a', input: 1 }, { itemId: 'b', input: 2 }]); // prettier-ignore
    expect((await refused([{ itemId: 'a', input: 1 }, { itemId: 'b', input: 2 }, { itemId: 'a', input: 1 }])).code).toBe('duplicate_item'); // prettier-ignore
  });

  it('that is long is shortened in the message', async () => {
    const { refused } = desk();
    const itemId = 'x'.repeat(10_000);
    expect((await refused([{ itemId, input: 1 }, { itemId, input: 1 }])).message.length).toBeLessThan(300); // prettier-ignore
  });
});

describe('an id stored with another content', () => {
  it.each<[string, BatchItem]>([
    ['input', { itemId: 'b', input: 'changed' }],
    ['model', { itemId: 'b', input: 'b', model: 'other' }],
    ['params', { itemId: 'b', input: 'b', params: { n: 2 } }],
  ])('(%s) is refused, naming item and job', async (_what, changed) => {
    for (const order of ['the same', 'another'] as const) {
      const { read, refused } = desk();
      const items = ['a', 'b', 'c'].map((itemId) => ({ itemId, input: itemId }));
      await read(items);
      const again = [items[0]!, changed, items[2]!];
      const error = await refused(order === 'the same' ? again : [again[2]!, again[0]!, again[1]!]);
      expect(error.code).toBe('item_conflict');
      expect(error.message).toMatch(
        /^item [23]: the itemId "b" is stored in job "job" with another input, model or params; give the changed item another itemId, or the job another jobId$/,
      );
    }
  });

  it('is no conflict where only the metadata or the order of keys differ', async () => {
    const { read, ids } = desk();
    await read([{ itemId: 'a', input: { x: 1, y: 2 }, metadata: 1 }]);
    await read([{ itemId: 'a', input: { y: 2, x: 1 }, metadata: 2 }]);
    expect(ids()).toEqual(['a']);
  });
});

describe('a rerun in another order, of thousands', () => {
  it('is recognised through an index built in slices', async () => {
    const { read, ids } = desk();
    const items = Array.from({ length: 12_000 }, (_, n) => ({ itemId: `i${n}`, input: n }));
    await read(items);
    expect(await read([...items].reverse())).toEqual([]);
    expect(ids()).toHaveLength(12_000);
    await read([{ itemId: 'new', input: 'x' }, ...items]);
    expect(ids()).toHaveLength(12_001);
  });
});
