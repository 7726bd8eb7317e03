import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const root = join(__dirname, '../..');

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** Subpaths an application can import, as it spells them. */
export const subpaths = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => `openapi-batch${path.slice(1)}`);

/** Packs the package as it would be published, without building it again. Returns the tarball's path. */
export function pack(folder: string): string {
  if (!existsSync(join(root, 'dist/cjs/index.js')))
    throw new Error('these specs pack the built package: npm run build first');
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as { filename: string }[];
  return join(folder, packed?.filename ?? '');
}

export function listTarball(tarball: string): string[] {
  return execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}

/** An application's folder with the packed package in it, and beside it only what it names. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'openapi-batch-consumer-'));

  constructor(tarball: string, packages: readonly string[]) {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(join(modules, 'openapi-batch'), { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'openapi-batch'), '--strip-components', '1']);
    for (const name of [...Object.keys(manifest.dependencies), 'rxjs', ...packages]) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir');
    }
    this.write('package.json', JSON.stringify({ name: 'consumer', private: true }));
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Runs a script in the folder; returns what it printed on stdout. Its extension decides what kind of module it is. */
  run(name: string, text: string): string {
    return this.node(this.write(name, text));
  }

  node(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.spawn(...args);
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  spawn(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const { PATH = '', HOME = '' } = process.env;
    return spawnSync(process.execPath, args, { cwd: this.folder, encoding: 'utf8', env: { PATH, HOME } });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
