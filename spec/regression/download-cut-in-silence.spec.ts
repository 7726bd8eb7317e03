import { setTimeout } from 'node:timers/promises';
import { items } from '../support/clients.js';
import { bench, expectOnce, expectPaidOnce, outcomeOf } from './support/native-job.js';
import { relay } from './support/relay.js';

const inLine = (body: string): string => body.slice(0, body.indexOf('\n') + 9);

/** For a relay: what comes of the first download, and how many there were. */
function firstDownload(cut: (body: string) => string) {
  const seen = {
    downloads: 0,
    text: (body: string, path: string) => (path.endsWith('/content') && ++seen.downloads === 1 ? cut(body) : body),
  };
  return seen;
}

// What is cut by a proxy that names no length, or replaced by its own page, ends like a file that was read to its end.
describe('a download that ends too early, without a sign', () => {
  const { openai, run, client } = bench();

  it.each<[string, (body: string) => string]>([
    ['in a line', inLine],
    ['behind a line', (body) => body.slice(0, body.indexOf('\n') + 1)],
    ['at once', () => ''],
    ["as a proxy's page", () => '<html><body>Bad gateway</body></html>'],
    ['as an error with status 200', () => '{"error":{"message":"try again"}}'],
  ])('%s, is read once more before anything is paid for again', async (_name, cut) => {
    const server = await openai();
    const first = firstDownload(cut);
    await using proxy = await relay(server.url, first);
    expectOnce(await run(20, { baseURL: proxy.url }), 20);
    expect(first.downloads).toBe(2);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it.each<[string, (body: string) => string]>([
    ['in a line', inLine],
    ["as a proxy's page", () => '<html><body>Bad gateway</body></html>'],
    ["as a proxy's page, longer than the file", (body) => `<html>\n<!-- ${'x'.repeat(2 * body.length)} -->\n`],
  ])('%s, is read once more by the process that takes over', async (_name, cut) => {
    const server = await openai();
    const first = firstDownload(cut);
    await using proxy = await relay(server.url, first);
    const slow = client({ baseURL: proxy.url, pollIntervalMs: 300, maxPollIntervalMs: 300 });
    const job = slow.map({ items: items(20), mode: 'native', jobId: 'job' });
    job.subscribe({ error: () => undefined });
    let { notes } = await job.info();
    while (notes['unreadableLines'] === undefined) {
      await setTimeout(5);
      ({ notes } = await job.info());
    }
    await job.pause();
    await slow.close();
    expect(first.downloads).toBe(1);

    const outcome = await outcomeOf(client({ baseURL: proxy.url }).resume('job'));
    expect(outcome.info).toMatchObject({ ok: 20, pending: 0, status: 'completed', notes });
    expect(first.downloads).toBe(2);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('counts its lines once', async () => {
    const server = await openai();
    const first = firstDownload((body) => `{"no one"\n${inLine(body)}`);
    await using proxy = await relay(server.url, first);
    const { info } = await run(20, { baseURL: proxy.url });
    expect(info.notes).toEqual({ unreadableLines: 2 });
  });
});
