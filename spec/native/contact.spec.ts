import { Contact } from '../../lib/native/contact.js';

const fail = (contact: Contact, times: readonly number[]): boolean[] => times.map((now) => contact.failed(now));

describe('Contact', () => {
  it('is lost with the third failure in a row, and that is told once', () => {
    const contact = new Contact();
    expect(fail(contact, [0, 1])).toEqual([false, false]);
    expect(contact.lost).toBe(false);
    expect(fail(contact, [2, 3])).toEqual([true, false]);
    expect(contact.lost).toBe(true);
    expect([contact.answered(), contact.answered(), contact.lost]).toEqual([true, false, false]);
  });

  it('begins anew with each answer', () => {
    const contact = new Contact();
    for (let n = 0; n < 9; n++) {
      fail(contact, [n, n]);
      contact.answered();
    }
    expect(contact.lost).toBe(false);
  });

  it('is hopeless after half a minute where nothing was ever answered, and says what the last failure said', () => {
    const contact = new Contact();
    fail(contact, [1_000, 2_000]);
    expect(contact.hopeless(99_000, 'x')).toBeUndefined();
    fail(contact, [30_999]);
    expect(contact.hopeless(30_999, 'x')).toBeUndefined();
    expect(contact.hopeless(31_000, 'ECONNREFUSED')).toMatchObject({
      ...{ kind: 'stop', status: 'paused', code: 'unreachable' },
      message: expect.stringMatching(/for 30 s: check the base URL.*ECONNREFUSED$/) as string,
    });
  });

  it('is never hopeless after an answer: batches go on without us', () => {
    const contact = new Contact();
    contact.answered();
    fail(contact, [0, 1, 2]);
    expect(contact.hopeless(1e9, 'x')).toBeUndefined();
  });
});
