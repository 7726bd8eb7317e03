import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Peers too large for the project's own install; git and every tool pass its `node_modules` by. */
export const peersFolder = join(__dirname, '../peers');

/** Installs what is not there yet, in the versions `peers/package.json` names. Rejects with a message for people. */
export async function installPeers(): Promise<void> {
  const { dependencies } = readPackage(peersFolder);
  const isThere = ([name, version]: [string, string]): boolean => {
    const folder = join(peersFolder, 'node_modules', name);
    return existsSync(folder) && readPackage(folder).version === version;
  };
  if (Object.entries(dependencies ?? {}).every(isThere)) return;
  process.stderr.write(`  installing peers in ${peersFolder} ...\n`);
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const install = promisify(execFile)('npm', ['install', '--prefix', peersFolder, ...flags], { timeout: 300_000 });
  await install.catch((error: unknown) => {
    // The command, and the first thing npm has to say; what follows is its own stack.
    const reason = (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 2).join(': ');
    throw new Error(`the peers could not be installed (${reason})`);
  });
}

/** The same; where they cannot be installed, it says so, and what is measured is measured without them. */
export async function havePeers(): Promise<boolean> {
  try {
    await installPeers();
    return true;
  } catch (error) {
    process.stderr.write(`  without them: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

function readPackage(folder: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof readPackage>;
}
