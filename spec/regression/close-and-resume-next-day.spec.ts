import { firstValueFrom, filter } from 'rxjs';
import { items } from '../support/clients.js';
import { bench, expectOnce, expectPaidOnce, outcomeOf } from './support/native-job.js';

// UKGovernmentBEIS/inspect_ai#2563: "send off all the requests in a large batch, close the process, resume the next day";
// pnthn-ai/polar_llama#75: "paying twice for completed tokens is unacceptable".
describe('a client that is closed while its batches run', () => {
  const { openai, gemini, client } = bench();

  it.each([
    ['OpenAI', openai],
    ['Gemini', gemini],
  ])('leaves them at %s; the next one takes them up', async (_name, start) => {
    const server = await start({ batches: { runMs: 2_000 } });
    const first = client();
    const job = first.map({ items: items(10), jobId: 'job', mode: 'native', nativeCaps: { maxRequests: 5 } });
    const created = job.pipe(
      filter(
        (event) => event.type === 'progress' && (event.progress.shards ?? []).filter((s) => s.batchId).length === 2,
      ),
    );
    job.subscribe({ error: () => undefined });
    await firstValueFrom(created);
    await first.close();
    expect(await client().job('job').info()).toMatchObject({ status: 'paused', pending: 10 });

    expectOnce(await outcomeOf(client().resume('job')), 10);
    expect(server.ledger.batches).toHaveLength(2);
    expectPaidOnce(server);
  });
});
