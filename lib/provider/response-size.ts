import { failureVerdict, ProviderError } from './provider-error.js';

/**
 * The error of an answer without an end: no fault of the item, and a batch may have been created all the same, so it is judged
 * like every other answer that cannot be read.
 */
export function responseTooLong(maxBytes: number): Error {
  const message = `The answer is longer than ${String(maxBytes)} bytes, and was not read to its end; the provider's option "maxResponseBytes" allows more`;
  return new ProviderError(failureVerdict('invalid_response', message));
}
