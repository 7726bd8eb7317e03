import { OptionsError } from '../../core/errors.js';
import type { NativeCaps } from '../native.js';

/** The caps of a provider with those an option overrides. Throws an OptionsError for one that is no positive number. */
export function nativeCaps(
  provider: string,
  defaults: NativeCaps,
  overrides: Partial<NativeCaps> | undefined,
): NativeCaps {
  const entries = Object.entries(overrides ?? {}) as readonly (readonly [string, unknown])[];
  const given = entries.filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join(', ');
      throw new OptionsError(`${provider}: "nativeCaps" has no field ${JSON.stringify(name)}; it has ${known}`);
    }
    if (name === 'enqueuedTokens' && value === null) continue;
    if (typeof value === 'number' && value >= 1) continue;
    throw new OptionsError(
      `${provider}: expected "nativeCaps.${name}" to be a number from 1 up, got ${JSON.stringify(value)}`,
    );
  }
  return { ...defaults, ...Object.fromEntries(given) };
}
