import type { Result } from '../../core/result.js';
import { freePages } from './free-pages.js';
import { leafRows, readRow, type Row, type RowPlace } from './leaf-rows.js';
import { PageSource } from './page-source.js';
import { toJobName, toResult, toResultRow, toSettled } from './rows.js';

/** What a damaged file still says about a job. */
export interface SalvagedJob {
  /** Whether a row says that it has the name asked for; else it is the only one whose name is lost. */
  readonly named: boolean;
  /** Results whose rows were found. */
  readonly found: number;
  /** Results the job had, as far as the file still tells; null where nothing says so. */
  readonly expected: number | null;
  /** One by one; undefined for one whose row is there and cannot be read. */
  results(order: 'completion' | 'input'): Generator<Result | undefined, void, undefined>;
}

/** A damaged database, open for reading only. */
export interface Salvage {
  readonly jobIds: readonly string[];
  /** Undefined where no row that can be read names the job. */
  job(jobId: string): SalvagedJob | undefined;
  close(): void;
}

interface Found extends RowPlace {
  readonly seq: number;
  readonly ordinal: number;
}

interface JobFinds {
  /** The newest result of each item. */
  readonly results: Map<number, Found>;
  /** Items that have a result, as their state says. */
  settled: number;
  /** Results as the job's own row counts them. */
  counted: number | null;
}

/**
 * Looks at every page of a database file, whether or not SQLite would still find its way to it. Takes some 100 bytes of memory
 * for each result; the results themselves are read when they are asked for.
 */
export function openSalvage(path: string): Salvage {
  const source = new PageSource(path);
  const jobs = new Map<number, JobFinds>();
  const keys = new Map<string, number>();
  const finds = (key: number): JobFinds => {
    const known = jobs.get(key) ?? { results: new Map<number, Found>(), settled: 0, counted: null };
    jobs.set(key, known);
    return known;
  };
  const note = (row: Row): void => {
    const result = toResultRow(row);
    if (result !== undefined) {
      const { results } = finds(result.job);
      const before = results.get(result.ordinal);
      const { page, cell } = row;
      if (before === undefined || before.seq < result.seq)
        results.set(result.ordinal, { seq: result.seq, ordinal: result.ordinal, page, cell });
      return;
    }
    const settled = toSettled(row);
    if (settled !== undefined) finds(settled.job).settled++;
    const name = toJobName(row);
    if (name === undefined) return;
    keys.set(name.jobId, name.key);
    if (name.counted !== null) finds(name.key).counted = name.counted;
  };
  const isFree = freePages(source);
  for (const { number, bytes } of source.pages()) {
    if (isFree(number)) continue;
    for (const row of leafRows(source, number, bytes)) if (row.columns !== undefined) note(row);
  }
  return {
    jobIds: [...keys.keys()],
    job: (jobId) => {
      const known = keys.get(jobId);
      const key = known ?? onlyNameless(jobs, keys);
      return key === undefined ? undefined : salvagedJob(source, finds(key), known !== undefined);
    },
    close: () => source.close(),
  };
}

/** With all other jobs named, the one that lost its row may well be the one that is asked for. */
function onlyNameless(jobs: ReadonlyMap<number, JobFinds>, keys: ReadonlyMap<string, number>): number | undefined {
  const named = new Set(keys.values());
  const nameless = [...jobs.keys()].filter((key) => !named.has(key));
  return nameless.length === 1 ? nameless[0] : undefined;
}

function salvagedJob(source: PageSource, { results, settled, counted }: JobFinds, named: boolean): SalvagedJob {
  return {
    named,
    found: results.size,
    expected: counted === null && settled === 0 ? null : Math.max(counted ?? 0, settled),
    *results(order) {
      const place = order === 'input' ? 'ordinal' : 'seq';
      for (const found of [...results.values()].sort((one, other) => one[place] - other[place])) {
        const row = readRow(source, found);
        yield row.columns === undefined ? undefined : toResult(row);
      }
    },
  };
}
