import { OptionsError } from '../core/errors.js';

/**
 * The error of a redirect to another server: one that would have the key and the prompts of every request, so no item is at
 * fault, and the job stops. `field` is the option that names the server.
 */
export function ledAstray(provider: string, field: string): (from: string, to: string) => Error {
  return (from, to) =>
    new OptionsError(
      `${provider}: expected "${field}" to be where requests are answered, but ${from} redirects to ${to}, which is not sent the key`,
    );
}
