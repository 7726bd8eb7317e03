import { isBatchError } from 'openapi-batch/browser';

/** What went wrong, for whoever looks at the page. */
export function wordsOf(error: unknown): string {
  if (isBatchError(error) && error.code === 'unauthorized')
    return (
      'The server does not know this page. Open the address that `openapi-batch serve` has printed, in its terminal, with the ' +
      'token behind the #: it is a new one at every start.'
    );
  return error instanceof Error ? error.message : String(error);
}
