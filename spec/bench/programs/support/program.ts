import { join } from 'node:path';

interface Told {
  readonly folder: string;
}

/** What the bench told this process. */
export function told<O extends object>(): O & Told {
  return JSON.parse(process.argv[2] ?? '{}') as O & Told;
}

export function databaseIn({ folder }: Told): string {
  return join(folder, 'batches.sqlite');
}

/** Hands the figures over and ends the process, whatever else is open. */
export function report(figures: Readonly<Record<string, number>>): void {
  if (process.send === undefined) {
    console.log(figures);
    process.exit();
  }
  process.send(figures, () => process.exit());
}
