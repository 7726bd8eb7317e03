import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';

const lib = join(__dirname, '..', 'lib');

/** What the files of a folder may import: folders of lib, packages, `node:` for any built-in. Types count. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  platform: ['node:'],
  pacing: ['core', 'rxjs'],
  operators: ['core', 'rxjs', 'job', 'options'],
  transport: ['platform', 'node:', 'undici'],
  jsonl: ['core', 'node:'],
  log: ['core'],
  store: ['core'],
  'store/sqlite': ['core', 'platform', 'store', 'store/salvage', 'node:'],
  'store/salvage': ['core', 'node:'],
  provider: ['core', 'rxjs', 'fastest-levenshtein', 'node:', 'provider/echo', 'provider/gemini', 'provider/openai'],
  'provider/echo': ['core', 'rxjs', 'provider'],
  'provider/gemini': ['core', 'rxjs', 'provider', 'platform', 'transport', 'node:'],
  'provider/openai': ['core', 'rxjs', 'provider', 'platform', 'transport', 'node:'],
  options: [
    'core',
    'rxjs',
    'zod',
    'fastest-levenshtein',
    'job',
    'store',
    'provider',
    'provider/echo',
    'provider/gemini',
    'provider/openai',
  ],
  intake: ['core', 'rxjs', 'options', 'store', 'node:'],
  run: ['core', 'rxjs', 'operators', 'pacing', 'provider', 'store'],
  native: ['core', 'rxjs', 'operators', 'provider', 'run', 'store', 'node:'],
  job: ['core', 'rxjs', 'intake', 'native', 'operators', 'options', 'pacing', 'provider', 'run', 'store'],
  callbacks: ['core', 'rxjs', 'job', 'options', 'platform', 'store', 'node:', 'piscina'],
  client: [
    'callbacks',
    'core',
    'intake',
    'job',
    'log',
    'native',
    'operators',
    'options',
    'pacing',
    'provider',
    'run',
    'rxjs',
    'store',
    'store/sqlite',
    'node:',
  ],
  // Web standards only; Node's own requests are known by their types.
  browser: ['client', 'core', 'http', 'intake', 'job', 'operators', 'options', 'rxjs', 'eventsource-parser'],
  http: ['client', 'core', 'job', 'operators', 'options', 'rxjs', 'store', 'zod', 'node:'],
  testing: ['core', 'rxjs', 'provider', 'store', 'node:'],
  cli: [
    'client',
    'core',
    'http',
    'job',
    'jsonl',
    'options',
    'platform',
    'rxjs',
    'store/salvage',
    'commander',
    'cli-progress',
    'node:',
  ],
  '.': [
    'client',
    'core',
    'job',
    'jsonl',
    'operators',
    'options',
    'provider',
    'provider/echo',
    'provider/gemini',
    'provider/openai',
    'store',
    'store/sqlite',
  ],
};

/** Packages loaded at first use, by name: who may ask for them. */
const loaded: Readonly<Record<string, string>> = {
  'better-sqlite3': 'store/sqlite',
  openai: 'provider/openai',
  '@google/genai': 'provider/gemini',
  undici: 'transport',
  piscina: 'callbacks',
};

/** Folders that know each other's types, and nothing more: a handle's interface stands in the options it is made from. */
const typesBothWays = ['intake job', 'job operators', 'job options'];

interface Import {
  readonly file: string;
  readonly from: string;
  /** A folder of lib, or a package. */
  readonly to: string;
  /** The file imported, where it is one of ours. */
  readonly target: string | undefined;
  readonly isType: boolean;
}

const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** A folder with a row of its own in the table, else the first part of the path. */
function folderOf(file: string): string {
  const [first = '.', second] = dirname(file).split(sep);
  return second !== undefined && `${first}/${second}` in allowed ? `${first}/${second}` : first;
}

const importLine = /^(?:import|export)\s+(type\s)?([^;]*?)\s?from\s+'([^']+)'/gm;

const imports: readonly Import[] = files.flatMap((file) => {
  const source = readFileSync(join(lib, file), 'utf8');
  return [...source.matchAll(importLine)].map(([, type, names = '', specifier = '']): Import => {
    const parts = names.replace(/[{}]/g, '').split(',').map((name) => name.trim()).filter(Boolean); // prettier-ignore
    const isType = type !== undefined || (names.includes('{') && parts.every((name) => name.startsWith('type ')));
    const own = specifier.startsWith('.')
      ? normalize(join(dirname(file), specifier.replace(/\.js$/, '.ts')))
      : undefined;
    const to = own === undefined ? specifier.replace(/^node:.*/, 'node:').replace(/^rxjs\/.*/, 'rxjs') : folderOf(own);
    return { file, from: folderOf(file), to, target: own, isType };
  });
});

/** A way round that comes back to where it began, or undefined. */
function cycle(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const found = walk(next, [...path, node]);
      if (found !== undefined) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = walk(node, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

function edgesOf(
  list: readonly Import[],
  ends: (one: Import) => readonly [string, string | undefined],
): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const one of list) {
    const [from, to] = ends(one);
    if (to !== undefined && to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  return edges;
}

describe('lib', () => {
  it('is read at all', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(400);
  });

  it.each([...new Set(files.map(folderOf))].sort())('%s imports only what it may', (folder) => {
    const may = allowed[folder];
    // A new folder needs a row in the table above: what it may know is a decision.
    expect(may).toBeDefined();
    const wrong = imports.filter(({ from, to }) => from === folder && to !== folder && may?.includes(to) !== true);
    expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
  });

  it('imports files that are there, by their full name', () => {
    const known = new Set(files.map((file) => normalize(file)));
    expect(
      imports
        .filter(({ target }) => target !== undefined && !known.has(target))
        .map(({ file, target }) => `${file}: ${String(target)}`),
    ).toEqual([]);
  });

  it.each(Object.entries(loaded))('loads %s in %s only', (name, folder) => {
    const call = new RegExp(`(?:requireModule(?:<[^(]*>)?|import|require)\\(\\s*'${name}'`);
    const users = files.filter((file) => call.test(readFileSync(join(lib, file), 'utf8')));
    expect(users.filter((file) => folderOf(file) !== folder)).toEqual([]);
    expect(imports.filter(({ to, isType }) => to === name && !isType).map(({ file }) => file)).toEqual([]);
  });

  it('serves over HTTP without Node: it knows types of Node and of the client, nothing to run', () => {
    const bound = imports.filter(({ from, to, isType }) => from === 'http' && ['node:', 'client', 'store'].includes(to) && !isType); // prettier-ignore
    expect(bound.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
  });

  it('has no cycle between files at run time', () => {
    expect(cycle(edgesOf(imports.filter(({ isType }) => !isType), ({ file, target }) => [normalize(file), target]))).toBeUndefined(); // prettier-ignore
  });

  it('has no cycle between folders at run time', () => {
    const outer = (folder: string): string =>
      folder.replace(/^provider\/.*/, 'provider').replace(/^store\/.*/, 'store');
    const own = imports.filter(({ target, isType }) => target !== undefined && !isType);
    expect(cycle(edgesOf(own, ({ from, to }) => [outer(from), outer(to)]))).toBeUndefined();
  });

  it('has few folders that know each other’s types', () => {
    const outer = (folder: string): string => folder.split('/')[0] ?? folder;
    const edges = edgesOf(imports.filter(({ target }) => target !== undefined), ({ from, to }) => [outer(from), outer(to)]); // prettier-ignore
    const pairs = [...edges].flatMap(([from, tos]) => [...tos].filter((to) => from < to && edges.get(to)?.has(from) === true).map((to) => `${from} ${to}`)); // prettier-ignore
    expect(pairs.filter((pair) => !typesBothWays.includes(pair))).toEqual([]);
  });

  it('has no state of its own in a module', () => {
    const stateful = files.filter((file) => /^(?:export )?let /m.test(readFileSync(join(lib, file), 'utf8')));
    expect(stateful.map((file) => relative('.', file))).toEqual([]);
  });
});
