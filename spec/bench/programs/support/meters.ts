import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Spent {
  /** Of the whole process, user and system. */
  readonly cpuUs: number;
  readonly ms: number;
}

/** Starts now; each call tells what was spent since. */
export function stopwatch(): () => Spent {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuUs: user + system, ms: performance.now() - startedAt };
  };
}

/** Starts now; tells the longest time in milliseconds the event loop had no turn. */
export function stallMeter(): () => number {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return () => {
    delay.disable();
    return delay.max / 1e6;
  };
}

/** Peak resident memory of this process in MB. */
export function peakMemoryMb(): number {
  // Elsewhere the operating system's own count, which on Linux may be that of the parent.
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  const kb = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kb) / 1024;
}
