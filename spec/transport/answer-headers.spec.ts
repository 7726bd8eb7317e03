import fc from 'fast-check';
import { answerHeaders } from '../../lib/transport/answer-headers';

const names = fc.constantFrom(
  'a',
  'set-cookie',
  'x-request-id',
  'content-type',
  'constructor',
  '__proto__',
  'toString',
);
const values = fc.string({ unit: fc.constantFrom('a', 'é', ',', ' ', '\t'), maxLength: 5 });
const fields = fc.array(fc.tuple(names, fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 }))));

/** What `fetch` would have made of the same. */
function real(raw: Readonly<Record<string, string | string[]>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) for (const part of [value].flat()) headers.append(name, part);
  return headers;
}

const lowerCased = (name: string): string => name.toLowerCase();

it('are read as those of fetch', () => {
  fc.assert(
    fc.property(fields, (given) => {
      const raw = Object.assign(
        Object.create(null) as Record<string, string | string[]>,
        Object.fromEntries(given.map(([name, value]) => [lowerCased(name), value])),
      );
      const [ours, theirs] = [answerHeaders(raw), real(raw)];
      expect([...ours]).toEqual([...theirs]);
      expect([...ours.keys()]).toEqual([...theirs.keys()]);
      expect([...ours.values()]).toEqual([...theirs.values()]);
      expect(ours.getSetCookie()).toEqual(theirs.getSetCookie());
      for (const name of ['A', 'Set-Cookie', 'constructor', '__proto__', 'valueOf', 'x-request-id']) {
        expect([name, ours.get(name), ours.has(name)]).toEqual([name, theirs.get(name), theirs.has(name)]);
      }
      const visited: unknown[] = [];
      ours.forEach((value, name, headers) => visited.push([name, value, headers === ours]));
      expect(visited).toEqual([...theirs].map(([name, value]) => [name, value, true]));
    }),
  );
});

it('show nothing to who lists the fields of an object', () => {
  expect(Object.entries(answerHeaders({ 'set-cookie': 'secret' }))).toEqual([]);
});
