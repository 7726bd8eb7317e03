import { asyncScheduler, EMPTY } from 'rxjs';
import { isBatchError } from '../../lib/core/errors.js';
import { checkOptions, describeValue, suggestion } from '../../lib/options/check-options.js';
import { clientSchema } from '../../lib/options/client-options.js';
import { onlyTakenBy } from '../../lib/options/other-names.js';
import { mapSchema, resumeSchema } from '../../lib/options/map-options.js';
import { mergeRunOptions, pickRunOptions, runDefaults } from '../../lib/options/run-options.js';

const schemas = { 'new BatchClient()': clientSchema, 'map()': mapSchema, 'resume()': resumeSchema };

function check(call: keyof typeof schemas, options: unknown): string {
  try {
    checkOptions(schemas[call], options, call);
  } catch (error) {
    if (isBatchError(error) && error.name === 'OptionsError' && error.code === 'invalid_options') return error.message;
    throw error;
  }
  return 'fine';
}

const client = (options: unknown): string => check('new BatchClient()', options);
const map = (options: object): string => check('map()', { items: [], ...options });

describe('a wrong option', () => {
  it.each<[unknown, string]>([
    [{ concurrency: 0 }, 'expected "concurrency" to be a whole number from 1 up, got 0 (number)'],
    [{ concurrency: 1.5 }, 'expected "concurrency" to be a whole number from 1 up, got 1.5 (number)'],
    [{ concurrency: '8' }, 'expected "concurrency" to be a whole number from 1 up, got "8" (string)'],
    [{ concurrency: Number.NaN }, 'expected "concurrency" to be a whole number from 1 up, got NaN (number)'],
    [{ concurrency: 1e9 }, 'expected "concurrency" to be a whole number up to 100000, got 1000000000 (number)'],
    [{ concurrency: null }, 'expected "concurrency" to be a whole number from 1 up, got null'],
    [{ attemptTimeoutMs: 0 }, 'expected "attemptTimeoutMs" to be a number above 0, got 0 (number)'],
    [{ requestsPerMinute: -1 }, 'expected "requestsPerMinute" to be a number above 0, got -1 (number)'],
    [{ backoffBaseMs: -1 }, 'expected "backoffBaseMs" to be a number of milliseconds from 0 up, got -1 (number)'],
    [{ maxFailureRate: 20 }, 'expected "maxFailureRate" to be a share between 0 and 1, got 20 (number)'],
    [{ keepRaw: 'all' }, 'expected "keepRaw" to be one of "never", "errors", "always", got "all" (string)'],
    [{ startAfterInput: 'yes' }, 'expected "startAfterInput" to be true or false, got "yes" (string)'],
    [
      { provider: 7 },
      'expected "provider" to be one of "openai", "gemini", "local_echo", or a provider object with "name" and "request", got 7 (number)',
    ],
    [
      { provider: { name: 'x' } },
      'expected "provider" to be one of "openai", "gemini", "local_echo", or a provider object with "name" and "request", got an object',
    ],
    [
      { baseURL: 'localhost:8080' },
      'expected "baseURL" to be a URL such as "https://api.openai.com/v1", got "localhost:8080" (string)',
    ],
    [{ db: '' }, 'expected "db" to be a string that is not empty, got "" (string)'],
    [{ durability: 'FULL' }, 'expected "durability" to be one of "full", "normal", got "FULL" (string)'],
    [{ log: 1 }, 'expected "log" to be true, false or a function, got 1 (number)'],
    [{ scheduler: {} }, 'expected "scheduler" to be an RxJS scheduler, got an object'],
    [{ estimateTokens: 30 }, 'expected "estimateTokens" to be a function, got 30 (number)'],
    [{ random: 0.5 }, 'expected "random" to be a function, got 0.5 (number)'],
    [{ openai: [] }, 'expected "openai" to be an object, got an array of 0'],
    [null, 'expected an options object, got null'],
    ['openai', 'expected an options object, got "openai" (string)'],
    [[], 'expected an options object, got an array of 0'],
  ])('of the client: %j', (options, message) => {
    expect(client(options)).toBe(`new BatchClient(): ${message}`);
  });

  it.each<[object, string]>([
    [{ items: undefined }, 'got undefined'],
    [{ items: 'abc' }, 'got "abc" (string)'],
    [{ items: { a: 1 } }, 'got an object'],
    [{ items: () => [] }, 'got a function'],
  ])('of the items: %p', (options, received) => {
    expect(map(options)).toBe(
      `map(): expected "items" to be an array, an iterable, an async iterable, a stream or an Observable of items such as { itemId: "a", input: { prompt: "..." } }, ${received}`,
    );
  });

  it.each<[object, string]>([
    [{ jobId: '' }, 'expected "jobId" to be a string that is not empty, got "" (string)'],
    [
      { jobId: 'x'.repeat(513) },
      `expected "jobId" to be a string of at most 512 characters, got "${'x'.repeat(57)}..." (string)`,
    ],
    [{ mode: 'fast' }, 'expected "mode" to be one of "auto", "native", "emulated", got "fast" (string)'],
    [{ params: [] }, 'expected "params" to be an object, got an array of 0'],
    [{ tags: 'a' }, 'expected "tags" to be an array of strings, got "a" (string)'],
    [{ tags: ['a', 7] }, 'expected "tags.1" to be a string, got 7 (number)'],
    [{ asyncSubmit: 1 }, 'expected "asyncSubmit" to be true or false, got 1 (number)'],
    [{ onItem: 'log' }, 'expected "onItem" to be a function, got "log" (string)'],
    [
      { callbackExecutor: 'process' },
      'expected "callbackExecutor" to be one of "inline", "async", "thread", got "process" (string)',
    ],
    [{ callbackWorkers: 0 }, 'expected "callbackWorkers" to be a whole number from 1 up, got 0 (number)'],
    [{ callbackModule: 7 }, 'expected "callbackModule" to be a URL or a path, got 7 (number)'],
  ])('of map(): %j', (options, message) => {
    expect(map(options)).toBe(`map(): ${message}`);
  });

  it('never shows a key', () => {
    expect(client({ apiKey: 12345678 })).toBe(
      'new BatchClient(): expected "apiKey" to be a string, got a value of type number',
    );
    expect(client({ apiKey: '' })).not.toContain('""');
  });
});

describe('a misspelt option', () => {
  it.each<[string, string]>([
    ['maxAttempt', 'maxAttempts'],
    ['max_attempts', 'maxAttempts'],
    ['Concurrency', 'concurrency'],
    ['concurency', 'concurrency'],
    ['base_url', 'baseURL'],
    ['baseUrl', 'baseURL'],
    ['api_key', 'apiKey'],
    ['requestPerMinute', 'requestsPerMinute'],
    ['model', 'defaultModel'],
    ['database', 'db'],
  ])('%s: %s is meant', (wrong, right) => {
    const message = client({ [wrong]: 1 });
    expect(message).toContain(`new BatchClient(): unknown option "${wrong}"`);
    // Where nothing is near, the list has it.
    expect(message).toContain(right);
  });

  it.each<[keyof typeof schemas, string, string]>([
    ['map()', 'estimateTokens', '; it is an option of new BatchClient()'],
    ['resume()', 'provider', '; it is an option of new BatchClient()'],
    ['resume()', 'items', '; it is an option of map()'],
    ['new BatchClient()', 'tags', '; it is an option of map()'],
    ['map()', 'partial', '; it is an option of resume()'],
    ['map()', 'retries', '; did you mean "maxAttempts"?'],
    ['new BatchClient()', 'max_retries', '; did you mean "maxAttempts"?'],
    ['new BatchClient()', 'model', '; did you mean "defaultModel"?'],
    ['new BatchClient()', 'timeout', '; did you mean "attemptTimeoutMs"?'],
    ['resume()', 'rpm', '; did you mean "requestsPerMinute"?'],
  ])('of %s, by another name or in another place: %s', (call, name, hint) => {
    const needed = call === 'map()' ? { items: [] } : {};
    expect(check(call, { ...needed, [name]: 1 })).toBe(`${call}: unknown option "${name}"${hint}`);
  });

  it('is looked for in every place there is', () => {
    const places = new Map<string, readonly string[]>(
      Object.entries(schemas).map(([call, { shape }]) => [call, Object.keys(shape)]),
    );
    const alone = (call: string): string[] =>
      places
        .get(call)!
        .filter((name) => [...places].every(([other, names]) => other === call || !names.includes(name)));
    for (const call of places.keys()) expect([...onlyTakenBy.get(call)!].sort()).toEqual(alone(call).sort());
  });

  it('is guessed at only where the guess is good', () => {
    expect(client({ maxAttempt: 1 })).toBe(
      'new BatchClient(): unknown option "maxAttempt"; did you mean "maxAttempts"?',
    );
    expect(client({ zzz: 1 })).toContain('; known: ');
    expect(check('resume()', { items: [] })).toMatch(/^resume\(\): unknown option "items"/);
    expect(suggestion('x', [])).toBe('');
  });
});

describe('right options', () => {
  it.each<[keyof typeof schemas, object]>([
    ['new BatchClient()', {}],
    [
      'new BatchClient()',
      { provider: 'anything', concurrency: 1, scheduler: asyncScheduler, random: Math.random, log: () => undefined },
    ],
    ['new BatchClient()', { provider: { name: 'mine', request: () => EMPTY }, apiKey: undefined, db: undefined }],
    ['map()', { items: [], tags: [], metadata: [7], params: {}, onItem: () => undefined }],
    ['map()', { items: EMPTY }],
    ['map()', { items: Promise.resolve() }],
    ['map()', { items: ReadableStream.from([]) }],
    ['resume()', { partial: true, concurrency: 3 }],
  ])('of %s pass: %p', (call, options) => {
    expect(check(call, options)).toBe('fine');
  });
});

describe('run options', () => {
  it('win in the order given; what is undefined never does', () => {
    const merged = mergeRunOptions(
      { concurrency: 3, maxAttempts: 2 },
      undefined,
      { concurrency: 7, maxAttempts: undefined },
      { baseURL: 'x' },
    );
    expect(merged).toEqual({ ...runDefaults, concurrency: 7, maxAttempts: 2 });
  });

  it('are picked from among others: what is stored with a job holds no secret', () => {
    const options = { concurrency: 3, apiKey: 'sk-secret', items: [], maxFailures: 0, onItem: () => undefined };
    expect(pickRunOptions(options)).toEqual({ concurrency: 3, maxFailures: 0 });
  });
});

describe('a value in a message', () => {
  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['x'.repeat(100), `"${'x'.repeat(57)}..." (string)`],
    ['a\nb', '"a\\nb" (string)'],
    [1n, '1 (bigint)'],
    [Symbol('s'), 'a symbol'],
    [() => 1, 'a function'],
    [Map, 'a function'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Map(), 'an object (Map)'],
    [{ constructor: undefined }, 'an object'],
  ])('%p is %s', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
