import type { Runner } from './runner.js';

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly library: string;
  readonly peer: string;
  /** What the target is about: mostly the library's figure over the peer's. */
  readonly ratio: number;
  readonly unit?: string;
  readonly target: Target;
}

export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** A comparison: processes of the library and of its peer, interleaved. */
export interface Trial {
  readonly name: string;
  readonly about: string;
  /** Words that choose parts of it. */
  readonly words?: readonly string[];
  /** `words`: those of its own that were given; none stands for all of it. */
  rows(run: Runner, words: readonly string[]): Promise<readonly Row[]>;
}

export interface Comparison {
  readonly library: number;
  /** What the target is set against. */
  readonly peer: number;
  /** Others measured in the same run, by name. */
  readonly beside?: Readonly<Record<string, number>>;
  readonly unit: string;
  readonly target: Target;
}

/** The ordinary row: two figures of one kind, and how many times the peer's the library's is. */
export function compare(what: string, { library, peer, beside = {}, unit, target }: Comparison): Row {
  const others = Object.entries(beside).map(([name, value]) => `${name} ${withUnit(value, unit)}`);
  const peers = [withUnit(peer, unit), ...(others.length === 0 ? [] : [`(${others.join(', ')})`])].join(' ');
  return { what, library: withUnit(library, unit), peer: peers, ratio: library / peer, target };
}

export function withUnit(value: number, unit: string): string {
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  const text = value.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === '' ? text : `${text} ${unit}`;
}
