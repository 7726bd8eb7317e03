import { parseArgs } from 'node:util';

/** Whole numbers given as `--name 5`; the defaults say which names there are. Throws for anything else. */
export function numbersOf<K extends string>(argv: readonly string[], defaults: Readonly<Record<K, number>>) {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...argv], options });
  const numbers: Record<K, number> = { ...defaults };
  for (const name of Object.keys(defaults) as K[]) {
    const text = values[name];
    if (text === undefined) continue;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name}: a whole number is needed, got ${text}`);
    numbers[name] = value;
  }
  return numbers;
}
