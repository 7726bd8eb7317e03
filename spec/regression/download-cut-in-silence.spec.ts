import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';
import { relay } from './support/relay.js';

// What is cut by a proxy that names no length, or replaced by its own page, ends like a file that was read to its end.
describe('a download that ends too early, without a sign', () => {
  const { openai, run } = bench();

  it.each<[string, (body: string) => string]>([
    ['in a line', (body) => body.slice(0, body.indexOf('\n') + 9)],
    ['behind a line', (body) => body.slice(0, body.indexOf('\n') + 1)],
    ['at once', () => ''],
    ["as a proxy's page", () => '<html><body>Bad gateway</body></html>'],
    ['as an error with status 200', () => '{"error":{"message":"try again"}}'],
  ])('%s, is read once more before anything is paid for again', async (_name, cut) => {
    const server = await openai();
    let downloads = 0;
    const text = (body: string, path: string): string =>
      path.endsWith('/content') && ++downloads === 1 ? cut(body) : body;
    await using proxy = await relay(server.url, { text });
    expectOnce(await run(20, { baseURL: proxy.url }), 20);
    expect(downloads).toBe(2);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('counts its lines once', async () => {
    const server = await openai();
    let downloads = 0;
    const text = (body: string, path: string): string =>
      path.endsWith('/content') && ++downloads === 1 ? `{"no one"\n${body.slice(0, body.indexOf('\n') + 9)}` : body;
    await using proxy = await relay(server.url, { text });
    const { info } = await run(20, { baseURL: proxy.url });
    expect(info.notes).toEqual({ unreadableLines: 2 });
  });
});
