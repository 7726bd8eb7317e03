import { writeFileSync } from 'node:fs';

/** A place in a program by its name, at its nth passing from 1: `store.commit:before`, 17. */
export interface KillPoint {
  readonly name: string;
  readonly n: number;
}

/** Counts the places a process passes, and ends it with SIGKILL at the one it was told. */
export class KillSwitch {
  readonly #counts = new Map<string, number>();

  /** `report`: a file for the counts, written at the end or right before the kill. */
  constructor(
    private readonly target: KillPoint | null,
    private readonly report: string,
  ) {}

  pass(name: string): void {
    const n = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, n);
    if (name !== this.target?.name || n !== this.target.n) return;
    this.tell();
    // The kernel ends the process before this call returns: nothing after it happens.
    process.kill(process.pid, 'SIGKILL');
  }

  /** Synchronous: a pipe would lose its last words. */
  tell(): void {
    writeFileSync(this.report, JSON.stringify(Object.fromEntries(this.#counts)));
  }
}
