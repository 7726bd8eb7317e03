import { OptionsError } from '../../../core/errors.js';

/** API description, FileExpirationAfter and BatchFileExpirationAfter. */
const shortest = 3_600;
const longest = 2_592_000;

/**
 * Seconds after which a file expires by itself: 30 days, the longest there is, by default; nothing is said to a server that
 * is not OpenAI's or Azure's unless asked for, since it may not know the field. Throws an OptionsError outside 1 h to 30 d.
 */
export function expirySeconds(name: string, value: number | undefined, foreign: boolean): number | undefined {
  if (value === undefined) return foreign ? undefined : longest;
  if (Number.isInteger(value) && value >= shortest && value <= longest) return value;
  throw new OptionsError(
    `openai: expected "${name}" to be whole seconds from ${shortest} (1 h) to ${longest} (30 days), got ${JSON.stringify(value)}`,
  );
}
