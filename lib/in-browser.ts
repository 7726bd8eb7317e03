/**
 * What `openapi-batch` is in a bundle for browsers (condition `browser` of the package): the same names. What runs anywhere
 * works; what needs Node says so when it is used, so that code for both sides may import it.
 */
import { OptionsError } from './core/errors.js';

export { BatchError, OptionsError, isBatchError } from './core/errors.js';
export { filterFailed, filterOk } from './operators/filter-results.js';
export { latestProgress } from './operators/latest-progress.js';
export { mapBatch } from './operators/map-batch.js';
export { DONE, IDLE, mergePull } from './operators/merge-pull.js';
export { ofType } from './operators/of-type.js';
export { persistTo } from './operators/persist-to.js';
export { rateLimit } from './operators/rate-limit.js';
export { rateLimiter } from './operators/rate-limiter.js';
export { retryWithBackoff } from './operators/retry-with-backoff.js';
export { failureVerdict, ProviderError } from './provider/provider-error.js';

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- it is called with `new`.
export class BatchClient {
  constructor() {
    needsNode('new BatchClient()');
  }
}
export const gemini = (): never => needsNode('gemini()');
export const localEcho = (): never => needsNode('localEcho()');
export const openai = (): never => needsNode('openai()');
export const readJsonl = (): never => needsNode('readJsonl()');
export const sqliteStore = (): never => needsNode('sqliteStore()');

function needsNode(call: string): never {
  throw new OptionsError(
    `${call} needs Node.js, and this bundle is one for browsers. Here, use RemoteBatchClient of "openapi-batch/browser", with ` +
      'a server that runs the handler of "openapi-batch/http". In a Jest test with jsdom, say @jest-environment node.',
  );
}
