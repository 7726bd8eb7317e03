/** What one process measured, by name. */
export type Figures = Readonly<Record<string, number>>;

/** The median of each figure. */
export function medians(measured: readonly Figures[]): Figures {
  const names = Object.keys(measured[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(measured.map((figures) => figure(figures, name)))]));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** A figure that must be there. */
export function figure(figures: Figures, name: string): number {
  const value = figures[name];
  if (value === undefined) throw new Error(`nothing was measured by the name ${name}`);
  return value;
}
