import { startChild, type Child } from '../harness/child.js';
import type { ChaosTask } from './chaos-task.js';

/** A process that works on its provider's jobs. */
export interface Worker {
  readonly child: Child;
  readonly task: ChaosTask;
}

export function startWorker(program: string, task: ChaosTask): Worker {
  return { task, child: startChild(program, task) };
}

/** Lines of a kind: `stopped <job> <code> <message>`, `refused ...`, `end ...`. */
export function said({ child }: Worker, kind: 'stopped' | 'refused' | 'taken' | 'end'): readonly string[] {
  return child.lines.filter((line) => line.startsWith(`${kind} `));
}
