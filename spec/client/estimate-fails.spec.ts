import { items, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';
import type { ResolvedItem } from '../../lib/index.js';

const clients = testClients();

describe('an estimateTokens that fails', () => {
  const failing: readonly (readonly [string, (item: ResolvedItem) => number])[] = [
    ['it returned NaN', () => NaN],
    ['it returned -5', () => -5],
    ['it returned Infinity', () => Infinity],
    ['cannot read it', () => { throw new TypeError('cannot read it'); }], // prettier-ignore
  ];

  it.each(failing)('fails the job before anything is sent, and says so: %s', async (what, estimateTokens) => {
    const provider = new HandProvider((ask) => ask.answer());
    const job = clients.open({ provider, estimateTokens }).map({ jobId: 'j', items: items(3) });
    await expect(job.wait()).rejects.toMatchObject({
      code: 'invalid_options',
      message: `estimateTokens failed for item "i0": ${what}; expected a number of tokens from 0 up. The item was not sent: put it right and resume`,
    });
    expect(provider.asks).toHaveLength(0);
    expect(await job.info()).toMatchObject({ status: 'failed', ok: 0, failed: 0, pending: 3 });
  });

  it('on a later item waits for the answers in flight; put right, the job goes on', async () => {
    const provider = new HandProvider((ask) => ask.answer());
    const late = ({ itemId }: ResolvedItem): number => (itemId === 'i2' ? NaN : 5);
    const first = clients.open({ provider, estimateTokens: late });
    await expect(first.map({ jobId: 'j', items: items(5) }).wait()).rejects.toThrow(/for item "i2"/);
    expect(await first.job('j').info()).toMatchObject({ status: 'failed', ok: 2, pending: 3 });
    await first.close();
    const job = clients.open({ provider, estimateTokens: () => 5 }).resume('j');
    expect(await job.wait()).toMatchObject({ ok: 5, failed: 0 });
    expect(provider.asks.map(({ itemId }) => itemId)).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
  });
});
