// Builds the page of `openapi-batch serve` from samples/angular, as an application of its own on the packed package, and copies
// it to assets/page. `--check` compares instead: what is committed must be what the sources build. Needs a built package.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const sample = 'samples/angular';
const built = join(sample, 'dist');
const page = 'assets/page';
const most = 150_000;

const run = (cwd, command, ...args) => execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
const npmInstall = (...more) => run(sample, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...more);

const [{ filename }] = JSON.parse(
  execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', sample], { encoding: 'utf8' }),
);
renameSync(join(sample, filename), join(sample, 'openapi-batch.tgz'));
// What was there before is a copy of an older one.
rmSync(join(sample, 'node_modules/openapi-batch'), { recursive: true, force: true });
npmInstall('--no-save');
run(sample, 'npx', 'ng', 'build');

const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|js|css)$/.test(name));
const transfer = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name))).length, 0);
console.log(`${page}: ${files.sort().join(', ')}: ${(transfer / 1000).toFixed(1)} kB gzip`);
if (transfer > most) throw new Error(`the page is larger than ${most} bytes`);

if (process.argv.includes('--check')) {
  const same = (name) =>
    existsSync(join(page, name)) && readFileSync(join(page, name)).equals(readFileSync(join(built, name)));
  const other = files.filter((name) => !same(name));
  if (other.length > 0)
    throw new Error(`${page} is not what ${sample} builds (${other.join(', ')}): npm run build:page`);
} else {
  rmSync(page, { recursive: true, force: true });
  mkdirSync(page, { recursive: true });
  for (const name of files) cpSync(join(built, name), join(page, name));
}
