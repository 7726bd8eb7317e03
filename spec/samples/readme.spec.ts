import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { startFakeOpenAI, type FakeServer } from '../../lib/testing/index.js';
import { parse } from '../../lib/cli/parse.js';
import { parseLine } from '../../lib/jsonl/parse-line.js';
import { clientSchema } from '../../lib/options/client-options.js';
import { mapSchema, resumeSchema } from '../../lib/options/map-options.js';
import { runShape } from '../../lib/options/run-options.js';
import { runProgram } from './run-sample.js';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** Within the package, so that programs import it by its own name. */
const folder = join(root, 'dist', `spec-readme-${String(process.pid)}`);

interface Block {
  /** What follows the fence: `ts run`, `sh`. */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+[^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
  info: match[1] ?? '',
  text: match[2] ?? '',
  line: readme.slice(0, match.index).split('\n').length + 1,
}));
const ofKind = (info: string): Block[] => blocks.filter((block) => block.info === info);

function files(kind: string): { readonly block: Block; readonly path: string }[] {
  return ofKind(kind).map((block) => {
    const path = join(folder, `readme-line-${String(block.line)}.mts`);
    writeFileSync(path, block.text);
    return { block, path };
  });
}

/** The text between two lines of the file, of a type or a union that exists at compile time only. */
function union(file: string, name: string): string[] {
  const source = readFileSync(join(root, 'lib', file), 'utf8').replaceAll(/\/\/.*$/gm, '');
  const declaration = new RegExp(`export type ${name} =([\\s\\S]*?);`).exec(source)?.[1] ?? '';
  return [...declaration.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
}

const notNamed = (names: readonly string[]): string[] => names.filter((name) => !readme.includes(`\`${name}\``));

describe('README.md', () => {
  let server: FakeServer;

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    server = await startFakeOpenAI();
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  });

  it('has programs that compile', () => {
    const paths = [...files('ts run'), ...files('ts')].map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(5);
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent({ ...config.config, include: [] }, ts.sys, root);
    const program = ts.createProgram(paths, { ...options, noUnusedLocals: false });
    const messages = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file === undefined || paths.includes(file.fileName))
      .map(
        (d) =>
          `${d.file?.fileName.slice(folder.length + 1) ?? ''}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`,
      );
    expect(messages).toEqual([]);
  }, 120_000);

  it('has programs that run', async () => {
    const env = { OPENAI_API_KEY: 'sk-any', OPENAI_BASE_URL: server.url };
    for (const { block, path } of files('ts run')) {
      const { code, stderr } = await runProgram(path, [], env);
      expect({ line: block.line, code, stderr }).toEqual({ line: block.line, code: 0, stderr: '' });
    }
  }, 120_000);

  it('quotes files as they are', () => {
    const quotes = blocks.filter(({ info }) => info.startsWith('ts file='));
    expect(quotes.length).toBeGreaterThan(0);
    const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
    for (const { info, text } of quotes) {
      const quoted = readFileSync(join(root, info.slice('ts file='.length)), 'utf8');
      expect(plain(quoted)).toContain(plain(text));
    }
  });

  it('has a recipe for Angular that the build of the page compiles', () => {
    const [recipe, ...others] = blocks.filter(({ text }) => text.includes('@Component('));
    expect(others).toEqual([]);
    const file = 'src/recipe.ts';
    expect(recipe?.info).toBe(`ts file=samples/angular/${file}`);
    expect(recipe?.text).toBe(readFileSync(join(root, 'samples/angular', file), 'utf8'));
    const config = readFileSync(join(root, 'samples/angular/tsconfig.json'), 'utf8');
    expect((JSON.parse(config) as { files: string[] }).files).toContain(file);
  });

  it('has commands the command line understands', () => {
    const commands = ofKind('sh')
      .flatMap(({ text }) => text.split('\n'))
      .flatMap((line) => /npx openapi-batch (.*)$/.exec(line)?.[1] ?? [])
      .concat([...readme.matchAll(/`npx openapi-batch ([^`]+)`/g)].map((match) => match[1] ?? ''));
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      expect({ command, parsed: parse(command.replaceAll('<job-id>', 'id').split(' '), '1.0.0').kind }).toEqual({
        command,
        parsed: 'command',
      });
    }
  });

  it('has scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const used = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    expect(used.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('has input lines that are read', () => {
    const [input] = ofKind('jsonl');
    const lines = (input?.text ?? '').trim().split('\n');
    const formats = lines.map(parseLine).map((parsed) => (parsed.ok ? parsed.request.format : parsed.problem));
    expect(formats).toEqual(['item', 'prompt', 'openai', 'gemini']);
  });

  it('names every option', () => {
    const options = [clientSchema, mapSchema, resumeSchema].flatMap(({ shape }) => Object.keys(shape));
    expect(notNamed([...new Set([...options, ...Object.keys(runShape)])])).toEqual([]);
  });

  it('names every option of the fake servers, and what can be changed in mid-run', () => {
    const fields = ['fake-server/options.ts', 'fake-server/quota.ts', 'fake-gemini/options.ts'].flatMap((file) => {
      const source = readFileSync(join(root, 'lib/testing', file), 'utf8');
      const [, body = ''] = /export interface (?:Fake\w+|Quota)Options[^{]*\{([\s\S]*?)\n\}/.exec(source) ?? [];
      return [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map((match) => match[1] ?? '');
    });
    expect(fields.length).toBeGreaterThan(20);
    expect(notNamed(fields)).toEqual([]);
    for (const method of ['setQuota', 'setFaults', 'setBatches']) expect(readme).toContain(`${method}(`);
  });

  it('names every flag of the command line', () => {
    const help = ['run', 'resume', 'retry'].map((command) => {
      const parsed = parse([command, '--help'], '1.0.0');
      return parsed.kind === 'text' ? parsed.text : '';
    });
    const flags = [...help.join('\n').matchAll(/ (--[\w-]+)/g)].map((match) => match[1] ?? '');
    expect(flags.length).toBeGreaterThan(10);
    expect([...new Set(flags)].filter((flag) => flag !== '--help' && !readme.includes(`\`${flag}`))).toEqual([]);
  });

  it('names every code and status', () => {
    const names = [
      ...union('core/errors.ts', 'BatchErrorCode'),
      ...union('core/result.ts', 'ItemErrorCode'),
      ...union('core/job.ts', 'JobStatus'),
    ];
    expect(names.length).toBeGreaterThan(40);
    expect(notNamed(names)).toEqual([]);
  });
});

it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'samples/README.md'])('%s links to what is there', (name) => {
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  const anchors = new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  const broken = links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => (link.startsWith('#') ? !anchors.has(link.slice(1)) : !existsSync(join(dirname(path), link))));
  expect(broken).toEqual([]);
});
