import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');

export interface SampleRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one program on the built package in a child process, in a folder of its own that is removed afterwards. */
export async function runProgram(
  path: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<SampleRun> {
  if (!existsSync(join(root, 'dist/cjs/index.js')))
    throw new Error('samples run on the built package: npm run build first');
  const cwd = mkdtempSync(join(tmpdir(), 'openapi-batch-sample-'));
  try {
    return await runIn(cwd, path, args, env);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

export const runSample = (name: string, args: readonly string[] = []): Promise<SampleRun> =>
  runProgram(join(root, 'samples', name), args);

export async function runIn(
  cwd: string,
  path: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<SampleRun> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [tsx, '--tsconfig', join(root, 'samples/tsconfig.run.json'), path, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
