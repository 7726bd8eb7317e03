import { execFileSync } from 'node:child_process';

const nobody = 65_534;
const isRoot = process.geteuid?.() === 0;

/** Runs without root's right to write everywhere; what is needed of the disk must be readable by all. */
export function asOrdinaryUser<R>(work: () => R): R {
  if (!isRoot) return work();
  process.seteuid?.(nobody);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Mounts a disk of its own on a folder, or says that this user may not. */
export function mountSmallDisk(folder: string, megabytes: number): { unmount(): void } | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { unmount: () => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }) };
}
