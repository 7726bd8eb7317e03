import { Ajv2020 } from 'ajv/dist/2020.js';
import { sampleOf } from '../../../lib/testing/fake-server/schema-sample.js';

const text = { type: 'string' };

it.each([
  ['an object', { type: 'object', properties: { a: text, b: { type: ['integer', 'null'] } }, required: ['a', 'b'] }],
  [
    'enums and constants',
    { type: 'object', properties: { a: { enum: ['x', 'y'] }, b: { const: 7 } }, required: ['a', 'b'] },
  ],
  ['arrays', { type: 'array', minItems: 2, items: { type: 'number', minimum: 3 } }],
  ['a choice', { anyOf: [{ type: 'boolean' }, { type: 'null' }] }],
  [
    'definitions',
    { $defs: { N: { type: 'null' } }, type: 'object', properties: { n: { $ref: '#/$defs/N' } }, required: ['n'] },
  ],
  [
    'a recursion',
    {
      $defs: {
        Node: {
          type: 'object',
          properties: { next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } },
          required: ['next'],
        },
      },
      $ref: '#/$defs/Node',
    },
  ],
])('makes a value of %s', (_what, schema) => {
  const value = sampleOf(schema, 'hi');
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  expect([validate(value), value]).toEqual([true, value]);
  expect(sampleOf(schema, 'hi')).toEqual(value);
});

it('reads the upper-case types of Gemini’s schemas', () => {
  expect(sampleOf({ type: 'OBJECT', properties: { a: { type: 'INTEGER' } } }, 'hi')).toEqual({ a: 2 });
});
