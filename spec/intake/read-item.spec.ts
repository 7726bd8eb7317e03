import * as fc from 'fast-check';
import { isBatchError } from '../../lib/core/errors.js';
import { readItem } from '../../lib/intake/read-item.js';

const hash = (item: unknown): string => readItem(item, 'item 1').hash.toString('hex');

function refusal(item: unknown): string {
  try {
    readItem(item, 'item 3');
  } catch (error) {
    if (isBatchError(error) && error.code === 'invalid_item') return error.message;
    throw error;
  }
  return 'taken';
}

describe('an item', () => {
  it('is stored as its JSON', () => {
    const read = readItem(
      { itemId: 'a', input: { prompt: 'é\n' }, model: 'm', params: { n: 1 }, metadata: [null] },
      'item 1',
    );
    expect(read.itemId).toBe('a');
    expect(JSON.parse(read.request)).toEqual({
      input: { prompt: 'é\n' },
      model: 'm',
      params: { n: 1 },
      metadata: [null],
    });
    expect(read.hash).toHaveLength(16);
  });

  it('may be a bare string, the same as its input', () => {
    expect(readItem('hi', 'item 1').request).toBe('{"input":"hi"}');
    expect(hash('hi')).toBe(hash({ input: 'hi' }));
  });

  it.each(['__proto__', '', 'a\nb', 'a\u0000b', 'задача 🧪', 'x'.repeat(10_240), `'); DROP TABLE items; --`])(
    'may have the id %j',
    (itemId) => {
      expect(readItem({ itemId, input: 1 }, 'item 1').itemId).toBe(itemId);
    },
  );

  it('keeps a key called __proto__ in its input', () => {
    const input = JSON.parse('{"b":1,"__proto__":{"x":1},"a":2}') as unknown;
    expect(readItem({ input }, 'item 1').request).toBe('{"input":{"b":1,"__proto__":{"x":1},"a":2}}');
    expect(hash({ input })).toBe(hash({ input: JSON.parse('{"__proto__":{"x":1},"a":2,"b":1}') as unknown }));
    expect(hash({ input })).not.toBe(hash({ input: { a: 2, b: 1 } }));
  });

  it.each<[unknown, RegExp]>([
    [undefined, /^item 3: expected an object such as \{ itemId: "a", input: \{ prompt: "..." \} \}, got undefined$/],
    [null, /got null$/],
    [7, /got 7 \(number\)$/],
    [7n, /got 7 \(bigint\)$/],
    [['a'], /got an array of 1$/],
    [
      Buffer.from('x'),
      /got an object \(Buffer\); a stream of bytes must be parsed first, for example with readJsonl\(stream\)$/,
    ],
    [{}, /^item 3: the field "input" is missing; give \{ prompt: "..." \} or the body of the request$/],
    [{ itemId: 'a', input: undefined }, /the field "input" is missing/],
    [{ itemId: 7, input: 'x' }, /^item 3: expected "itemId" to be a string, got 7 \(number\)$/],
    [{ itemId: null, input: 'x' }, /expected "itemId" to be a string, got null$/],
    [{ itemId: '\ud800', input: 'x' }, /"itemId" is not well-formed Unicode/],
    [{ input: 'x', item_id: 'a' }, /unknown field "item_id"; did you mean "itemId"\?$/],
    [{ prompt: 'x' }, /unknown field "prompt"/],
    [{ input: 'x', model: '' }, /expected "model" to be a string, got "" \(string\)$/],
    [{ input: 'x', model: 4 }, /expected "model" to be a string, got 4 \(number\)$/],
    [{ input: 'x', params: [] }, /expected "params" to be an object, got an array of 0$/],
    [{ input: 'x', params: null }, /expected "params" to be an object, got null$/],
    [{ input: { n: 1n } }, /^item 3: "input" cannot be written as JSON: Do not know how to serialize a BigInt$/],
    [{ input: () => 1 }, /^item 3: "input" cannot be written as JSON: got a function$/],
    [{ input: Symbol('s') }, /"input" cannot be written as JSON: got a symbol$/],
    [{ input: { messages: [{}, { n: NaN }] } }, /^item 3: "input" cannot be written as JSON: NaN at "messages\.1\.n"$/],
    [{ input: NaN }, /^item 3: "input" cannot be written as JSON: NaN$/],
    [
      { input: 'x', params: { temperature: Infinity } },
      /"params" cannot be written as JSON: a number that is too large to be kept \(Infinity\) at "temperature"$/,
    ],
    [
      { input: { rows: new Map([[1, 2]]) } },
      /"input" cannot be written as JSON: an object \(Map\) that JSON has as \{\} at "rows"$/,
    ],
    [{ input: 'x', metadata: { n: 1n } }, /"metadata" cannot be written as JSON/],
    [{ input: 'x', metadata: () => 1 }, /"metadata" cannot be written as JSON: got a function$/],
  ])('is refused: %p', (item, message) => {
    expect(refusal(item)).toMatch(message);
  });

  it('is refused when it contains itself, in one line', () => {
    const input: Record<string, unknown> = { a: { b: 1 } };
    input['self'] = input;
    expect(refusal({ input })).toMatch(
      /^item 3: "input" cannot be written as JSON: Converting circular structure to JSON$/,
    );
    expect(refusal({ input })).not.toContain('\n');
  });

  it('is refused when its own toJSON or getter throws', () => {
    const broken = { get text(): string { throw new Error('lost'); } }; // prettier-ignore
    expect(refusal({ input: broken })).toMatch(/"input" cannot be written as JSON: lost$/);
    const lost = { get input(): string { throw new Error('lost'); } }; // prettier-ignore
    expect(refusal(lost)).toBe('item 3: cannot be read: lost');
    const proxy = new Proxy({}, { ownKeys: () => { throw new Error('gone'); } }); // prettier-ignore
    expect(refusal(proxy)).toBe('item 3: cannot be read: gone');
  });
});

describe('the hash of an item', () => {
  const json = fc.jsonValue({ maxDepth: 4 });

  /** The same value with the keys of every object in another order. */
  const shuffled = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(shuffled);
    const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const key of Object.keys(value).reverse()) copy[key] = shuffled((value as Record<string, unknown>)[key]);
    return copy;
  };

  it('is the same whatever the order of the keys', () => {
    fc.assert(fc.property(json, fc.dictionary(fc.string(), json), (input, params) => {
      expect(hash({ input: shuffled(input), params: shuffled(params) })).toBe(hash({ input, params }));
    })); // prettier-ignore
  });

  it('differs where the content does', () => {
    fc.assert(fc.property(json, json, (one, other) => {
      fc.pre(JSON.stringify(shuffled(one)) !== JSON.stringify(shuffled(other)) && hash({ input: one }) !== hash({ input: JSON.parse(JSON.stringify(other)) as unknown }));
      expect(hash({ input: one })).not.toBe(hash({ input: other }));
    })); // prettier-ignore
    const items = [
      { input: 'x' },
      { input: ['x'] },
      { input: { x: 1 } },
      { input: { x: '1' } },
      { input: 'x', model: 'm' },
      { input: 'x', params: {} },
      { input: 'x', params: { model: 'm' } },
    ];
    expect(new Set(items.map(hash)).size).toBe(items.length);
  });

  it('does not count id and metadata', () => {
    expect(hash({ itemId: 'a', input: 1, metadata: 1 })).toBe(hash({ itemId: 'b', input: 1, metadata: 2 }));
  });

  it('is of the content as JSON has it', () => {
    expect(hash({ input: { a: undefined, b: 1 } })).toBe(hash({ input: { b: 1 } }));
    expect(hash({ input: new Date(0) })).toBe(hash({ input: '1970-01-01T00:00:00.000Z' }));
    expect(hash({ input: [undefined, -0] })).toBe(hash({ input: [null, 0] }));
  });
});
