import { items, tell, testClients } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

describe('a laptop that slept', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    [60_000, { ok: true, attempts: 1 }],
    [2_000, { ok: false, attempts: 1 }],
  ])('for %i ms: what broke off meanwhile costs an attempt only if that was no sleep', async (slept, expected) => {
    const provider = new HandProvider();
    const job = clients.open({ provider, maxAttempts: 1, backoffBaseMs: 0 }).map({ items: items(1) });
    const told = tell(job);
    const [ask] = await provider.asked(1);
    const clock = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => clock() + slept);
    ask!.fail(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    if (expected.ok) (await provider.asked(2))[1]!.answer();
    expect((await told).items[0]!.result).toMatchObject(expected);
  });

  it('does not excuse what was sent after it woke up', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, maxAttempts: 1, backoffBaseMs: 0, concurrency: 1 }).map({ items: items(3) });
    const told = tell(job);
    const [first] = await provider.asked(1);
    const clock = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => clock() + 60_000);
    first!.answer();
    await provider.asked(2);
    // The next beat of the heart notices; it tells nobody, so there is nothing else to wait for.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    provider.asks[1]!.answer();
    (await provider.asked(3))[2]!.fail(httpError(500));
    expect((await told).items.map(({ result }) => [result.ok, result.attempts])).toEqual([
      [true, 1],
      [true, 1],
      [false, 1],
    ]);
  });
});
