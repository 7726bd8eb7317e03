import { createInterface } from 'node:readline';
import { request } from 'undici';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';
import { ResultTable } from './support/result-table.js';

interface Options {
  readonly port: number;
  /** Lines to read; those behind are left. */
  readonly items: number;
  readonly keepRaw: 'always' | 'never';
  readonly variant: 'transport' | 'sqlite' | 'readline' | 'each';
}

/**
 * What reading an output consists of, by itself, and what is written by hand:
 *
 * - `transport`: the bytes, looked at by nobody
 * - `sqlite`: rows that are in memory, 256 a transaction
 * - `readline`: lines by readline, parsed, 256 a transaction
 * - `each`: the same with a transaction a line
 */
const options = told<Options>();
const { items, variant } = options;
const table = new ResultTable(databaseIn(options), options.keepRaw);
const url = `http://127.0.0.1:${options.port}/v1/files/output-1/content`;
let spent = stopwatch();
const { body } = await request(url);
switch (variant) {
  case 'transport':
    for await (const chunk of body) if ((chunk as Buffer).length === 0) throw new Error('an empty chunk');
    break;
  case 'sqlite': {
    const rows = [];
    for await (const line of createInterface(body)) rows.push(table.toRow(line));
    spent = stopwatch();
    for (let at = 0; at < rows.length; at += 256) table.write(rows.slice(at, at + 256));
    break;
  }
  default: {
    let page: string[] = [];
    let left = items;
    const store = (): void => {
      table.write(page.map((line) => table.toRow(line)));
      page = [];
    };
    for await (const line of createInterface(body)) {
      if (page.push(line) >= (variant === 'each' ? 1 : 256)) store();
      if (--left === 0) break;
    }
    store();
  }
}
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / items, perSecond: (items * 1000) / ms, longestMs: table.longestMs });
