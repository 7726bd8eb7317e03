import * as main from '../lib/index.js';
import * as inBrowser from '../lib/in-browser.js';
import * as browser from '../lib/browser/index.js';
import * as http from '../lib/http/index.js';
import * as testing from '../lib/testing/index.js';

/** Adding a name, or taking one away, is a decision somebody sees. */
describe('the public names', () => {
  it('of openapi-batch', () => {
    expect(Object.keys(main).sort()).toEqual([
      'BatchClient',
      'BatchError',
      'DONE',
      'IDLE',
      'OptionsError',
      'ProviderError',
      'failureVerdict',
      'filterFailed',
      'filterOk',
      'gemini',
      'isBatchError',
      'latestProgress',
      'localEcho',
      'mapBatch',
      'mergePull',
      'ofType',
      'openai',
      'persistTo',
      'rateLimit',
      'rateLimiter',
      'readJsonl',
      'retryWithBackoff',
      'sqliteStore',
    ]);
  });

  it('of openapi-batch in a browser: the same', () => {
    expect(Object.keys(inBrowser).sort()).toEqual(Object.keys(main).sort());
  });

  it('of openapi-batch/browser', () => {
    expect(Object.keys(browser).sort()).toEqual([
      'BatchError',
      'OptionsError',
      'RemoteBatchClient',
      'filterFailed',
      'filterOk',
      'isBatchError',
      'latestProgress',
      'ofType',
    ]);
  });

  it('of openapi-batch/http', () => {
    expect(Object.keys(http).sort()).toEqual(['createHandler', 'toNodeListener']);
  });

  it('of openapi-batch/testing', () => {
    expect(Object.keys(testing).sort()).toEqual([
      'FakeServer',
      'ManualClock',
      'afterwards',
      'completeEvent',
      'describeNative',
      'describeProvider',
      'describeStore',
      'failedEvent',
      'geminiFaults',
      'itemEvent',
      'openaiFaults',
      'progressEvent',
      'progressSnapshot',
      'scriptedProvider',
      'startFakeGemini',
      'startFakeOpenAI',
    ]);
  });
});
