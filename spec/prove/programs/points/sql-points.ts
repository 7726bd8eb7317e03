import Database from 'better-sqlite3';
import type { KillSwitch } from './kill-switch.js';

type Method = (...args: unknown[]) => unknown;

/** `INSERT INTO events ...` is `insert events`; reads are no points, they change nothing. */
const write =
  /^\s*(INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\b(?:\s+(?:INTO|FROM|TABLE|INDEX|TEMP|UNIQUE|OR|IGNORE))*\s+(\w+)/i;

/**
 * A point before and after each statement that writes, in whatever transaction it stands: `sql.insert events:after` with
 * the commit still to come. The driver is one object per process, so that its methods are what is replaced.
 */
export function pointSql(points: KillSwitch): void {
  const { prototype } = Database as unknown as { readonly prototype: Record<'prepare' | 'exec' | 'pragma', Method> };
  const { prepare, exec, pragma } = prototype;
  prototype.prepare = function (...args) {
    const statement = prepare.apply(this, args) as Record<'run' | 'get' | 'all', Method>;
    const found = write.exec(String(args[0]));
    if (found === null) return statement;
    const name = `sql.${found[1]!.toLowerCase()} ${found[2]!}`;
    for (const method of ['run', 'get', 'all'] as const) {
      const inner = statement[method];
      statement[method] = (...values) => around(name, points, () => inner.apply(statement, values));
    }
    return statement;
  };
  prototype.exec = function (...args) {
    return around('sql.exec', points, () => exec.apply(this, args));
  };
  prototype.pragma = function (...args) {
    return around('sql.pragma', points, () => pragma.apply(this, args));
  };
}

function around<R>(name: string, points: KillSwitch, work: () => R): R {
  points.pass(`${name}:before`);
  const result = work();
  points.pass(`${name}:after`);
  return result;
}
