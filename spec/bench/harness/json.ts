import { cpus } from 'node:os';
import { repeats, scale } from './scale.js';
import { isMet } from './table.js';
import type { Row } from './trial.js';

/** Each trial's rows by its name. */
export type Measured = readonly { readonly trial: string; readonly rows: readonly Row[] }[];

/** All rows and what they were measured on, for programs. */
export function formatJson(measured: Measured): string {
  const { node } = process.versions;
  const rows = measured.flatMap(({ trial, rows }) => rows.map((row) => ({ trial, ...row, met: isMet(row) })));
  return JSON.stringify({ scale, repeats, node, cpu: cpus()[0]?.model, cpus: cpus().length, rows }, null, 2);
}
