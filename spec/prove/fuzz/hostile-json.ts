import type { Random } from '../harness/random.js';

const deep = 100_000;

/** JSON texts of single values that programs trip over. */
const values: readonly ((random: Random) => string)[] = [
  () => 'null',
  () => 'true',
  () => '[]',
  () => '{}',
  () => '""',
  () => '0',
  () => '-0',
  () => '1e400',
  () => '-1e308',
  () => '1e308',
  () => '9007199254740993',
  () => '123456789012345678901234567890',
  () => '0.1e-400',
  () => '"__proto__"',
  () => '"constructor"',
  () => '{"__proto__":{"polluted":true}}',
  () => '{"constructor":{"prototype":{"polluted":true}}}',
  () => '{"toJSON":1,"toString":null,"then":{},"length":-1}',
  () => '"\\ud800"',
  () => '"\\udfff\\ud83d"',
  () => '"a\\u0000b"',
  () => '"\\u2028\\u2029\\ufeff"',
  () => '"<title<title<title<title"',
  () => `${'['.repeat(deep)}${']'.repeat(deep)}`,
  () => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
  () => `[${'0,'.repeat(5_000)}0]`,
  (random) => JSON.stringify('x'.repeat(random.between(1, 3) * 100_000)),
  (random) => JSON.stringify(String.fromCharCode(random.between(0, 0xffff)).repeat(5)),
];

/** One value, as JSON text. */
export function hostileValue(random: Random): string {
  return random.pick(values)(random);
}

/** A valid JSON text with something in it exchanged, taken away, doubled or added. */
export function hostileJson(template: unknown, random: Random): string {
  const places = placesIn(template);
  const chosen = random.pick(places);
  const how = random.pick(['exchange', 'exchange', 'exchange', 'remove', 'double', 'add'] as const);
  const value = hostileValue(random);
  const write = (node: unknown): string => {
    if (node === chosen.of && chosen.key === undefined) return value;
    if (Array.isArray(node)) return `[${node.map((part, index) => entry(node, String(index), part)).join(',')}]`;
    if (typeof node !== 'object' || node === null) return JSON.stringify(node);
    const fields = Object.entries(node).map(([key, part]) => field(node, key, part));
    return `{${fields.filter((text) => text !== '').join(',')}}`;
  };
  const isChosen = (node: object, key: string): boolean => node === chosen.of && key === chosen.key;
  const entry = (node: object, key: string, part: unknown): string => (isChosen(node, key) ? value : write(part));
  const field = (node: object, key: string, part: unknown): string => {
    const own = `${JSON.stringify(key)}:${write(part)}`;
    if (!isChosen(node, key)) return own;
    switch (how) {
      case 'exchange':
        return `${JSON.stringify(key)}:${value}`;
      case 'remove':
        return '';
      case 'double':
        return `${own},${JSON.stringify(key)}:${value}`;
      case 'add':
        return `${own},"__proto__":${value}`;
    }
  };
  return write(template);
}

interface Place {
  readonly of: unknown;
  /** Undefined: the value as a whole. */
  readonly key: string | undefined;
}

function placesIn(node: unknown): readonly Place[] {
  const own: Place[] = [{ of: node, key: undefined }];
  if (typeof node !== 'object' || node === null) return own;
  return Object.entries(node)
    .flatMap(([key, part]) => [{ of: node, key }, ...placesIn(part).slice(1)])
    .concat(own);
}

/** A text that is no JSON any more, or not only. */
export function hostileText(text: string, random: Random): string {
  const at = random.between(0, text.length);
  switch (random.between(0, 6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return `\ufeff${text}`;
    case 2:
      return `${text.slice(0, at)}\0${text.slice(at)}`;
    case 3:
      return `${text}${text}`;
    case 4:
      return `<!doctype html><title>${text.slice(0, 200)}`;
    case 5:
      return ''.padEnd(at, ' ');
    default:
      return `${text.slice(0, at)}${String.fromCharCode(random.between(0, 0xffff))}${text.slice(at)}`;
  }
}

/** A line or a body: most are valid JSON of a wrong shape. */
export function hostile(template: unknown, random: Random): string {
  if (random.share() < 0.75) return hostileJson(template, random);
  return random.share() < 0.5 ? hostileValue(random) : hostileText(JSON.stringify(template), random);
}
