import type { ResolvedItem } from '../../core/item.js';
import { readFailure, tidyMessage } from '../failure.js';
import { ProviderError, finalFailure, isProviderError } from '../provider-error.js';
import { readGeminiError } from './error-details.js';
import { textCharacters } from './estimate-tokens.js';
import { violatedLimits } from './quota-violations.js';

/** More than any language has in one token, so what is above the limit by this measure is above it by any. */
const mostCharactersPerToken = 8;

/**
 * A 429 for a request that alone is above the tokens a minute gives can never pass, though it asks to wait like any other
 * (issue threads of python-genai): it is told apart where the item's text alone is above the limit. Any other error stays as
 * it is.
 */
export function explainGeminiError(error: unknown, item: ResolvedItem, secrets: readonly string[] = []): unknown {
  if (isProviderError(error) || readFailure(error).status !== 429) return error;
  const { violations, message } = readGeminiError(error);
  const limit = violatedLimits(violations)?.tokens?.limit ?? Infinity;
  if (textCharacters(item.input) / mostCharactersPerToken <= limit) return error;
  return new ProviderError(finalFailure('too_large', tidyMessage(message, secrets), { status: 429 }), { cause: error });
}
