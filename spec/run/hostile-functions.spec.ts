import type { Provider } from '../../lib/index.js';
import { items, tell, testClients } from '../support/clients.js';

const clients = testClients();

const blow = (): never => {
  throw new Error('blown');
};
/** What a function gives that was made async by mistake; left alone, it fails this spec as an unhandled rejection. */
const reject = (): never => Promise.reject(new Error('blown')) as never;

const answering: Provider = {
  name: 'answering',
  request: () => Promise.resolve({ output: 'paid', usage: { inputTokens: 1, outputTokens: 2 } }),
};

describe('a function of the provider that fails does not end the job', () => {
  it.each<[string, Partial<Provider>]>([
    ['countTokens throws', { countTokens: blow }],
    ['countTokens gives NaN', { countTokens: () => NaN }],
    ['countTokens rejects', { countTokens: reject }],
    ['estimateTokens rejects', { estimateTokens: reject }],
  ])('%s', async (_what, functions) => {
    const provider = { ...answering, ...functions };
    const job = clients.open({ provider, tokensPerMinute: 60_000 }).map({ items: items(3) });
    const { last, error } = await tell(job);
    expect(error).toBeUndefined();
    expect(last).toMatchObject({ type: 'complete', progress: { ok: 3, inFlight: 0 } });
  });

  it('classify rejects', async () => {
    const provider: Provider = { name: 'failing', request: blow, classify: reject };
    const job = clients.open({ provider, maxAttempts: 1 }).map({ items: items(3) });
    const { last, error } = await tell(job);
    expect(error).toBeUndefined();
    expect(last).toMatchObject({ type: 'complete', progress: { failed: 3 } });
  });
});

it('an estimateTokens of the user that rejects fails the job, not the process', async () => {
  const job = clients.open({ provider: answering, estimateTokens: reject }).map({ items: items(1) });
  await expect(job.wait()).rejects.toThrow(/it returned an object, or a Promise; expected a number of tokens/);
});
