/** Milliseconds of processor time since now: a machine that is busy otherwise makes nothing slower by this clock. */
export function cpuTimer(): () => number {
  const from = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1_000;
  };
}
