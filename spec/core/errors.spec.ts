import { createContext, runInContext } from 'node:vm';
import { BatchError, isBatchError, messageOf, OptionsError, toBatchError } from '../../lib/core/errors.js';

describe('BatchError', () => {
  it('says what, about which job, and why', () => {
    const cause = new Error('inner');
    const error = new BatchError('stalled', 'nothing goes', { cause, jobId: 'j' });
    expect([error.name, error.code, error.message, error.jobId, error.cause]).toEqual([
      'BatchError',
      'stalled',
      'nothing goes',
      'j',
      cause,
    ]);
    expect(error).toBeInstanceOf(Error);
    expect('jobId' in new BatchError('auth', 'x') && new BatchError('auth', 'x').jobId !== undefined).toBe(false);
  });

  it('is known by its brand: of another copy of the package too', () => {
    const copy = { message: 'of the other copy', [Symbol.for('openapi-batch.error')]: true };
    expect([new BatchError('auth', 'x'), new OptionsError('x'), copy].map(isBatchError)).toEqual([true, true, true]);
    expect([new Error('x'), null, undefined, 'BatchError', 7, { code: 'auth' }].map(isBatchError)).toEqual(
      Array(6).fill(false),
    );
  });

  it('of wrong options has one code', () => {
    expect(new OptionsError('x')).toMatchObject({ name: 'OptionsError', code: 'invalid_options', message: 'x' });
  });
});

describe('anything thrown', () => {
  it.each([
    [new Error('an error'), 'an error'],
    [runInContext('new TypeError("of another realm")', createContext()), 'of another realm'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ message: 7 }, '[object Object]'],
    [{ message: 'like an error' }, 'like an error'],
    [12n, '12'],
  ])('%p has the message %p', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
    expect(toBatchError(thrown, 'j')).toMatchObject({
      code: 'internal',
      jobId: 'j',
      cause: thrown,
      message: `The run of job "j" broke off: ${message}`,
    });
  });

  it('of ours stays as it is', () => {
    const own = new BatchError('disk_full', 'full');
    expect(toBatchError(own, 'j')).toBe(own);
  });

  it.each([
    ['j', 'results j --salvage'],
    ["it's", String.raw`results 'it'\''s' --salvage`],
    ['-x', 'results <job-id> --salvage'],
  ])('of the database, which knows no job, names the job where it can be typed: %s', (jobId, command) => {
    const own = new BatchError('store_corrupt', 'damaged; openapi-batch results <job-id> --salvage');
    expect(toBatchError(own, jobId)).toMatchObject({ code: own.code, message: `damaged; openapi-batch ${command}` });
  });
});
