import { spawn } from 'node:child_process';

/** Shows a page in the user's browser. Where there is none, the address that was printed has to do. */
export function openBrowser(url: string): void {
  const [command, ...before] = { darwin: ['open'], win32: ['explorer.exe'] }[process.platform as string] ?? [
    'xdg-open',
  ];
  const child = spawn(command ?? 'xdg-open', [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
