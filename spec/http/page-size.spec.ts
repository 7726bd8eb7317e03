import type { WireItemPage, WireJobList } from '../../lib/http/index.js';
import { localEcho } from '../../lib/index.js';
import { post, testServers } from './support/served';

const { clients, serve } = testServers();
const mega = 1_048_576;

/** Every page of a list, following `next`: how large each was, and what stood in it. */
async function pagesOf<P extends { readonly next: number | null }>(
  url: string,
): Promise<{ sizes: number[]; pages: P[] }> {
  const sizes: number[] = [];
  const pages: P[] = [];
  for (let after = ''; ;) {
    const text = await (await fetch(`${url}${after}`)).text();
    sizes.push(text.length);
    const page = JSON.parse(text) as P;
    pages.push(page);
    if (page.next === null) return { sizes, pages };
    after = `&after=${page.next}`;
  }
}

describe('what one answer or one piece of a stream holds', () => {
  /** Short items, then large ones. */
  async function servedItems() {
    const client = clients.open({ provider: localEcho({ answer: ({ input }) => input }) });
    const texts = Array.from({ length: 660 }, (_, n) => (n < 600 ? 'short' : 'x'.repeat(150_000)));
    await client.map({ jobId: 'j', items: texts.map((input, n) => ({ itemId: `i${n}`, input })) }).wait();
    return await serve({ client });
  }

  it('is a MiB of items and the one that passes it; the next page goes on there', async () => {
    const { url } = await servedItems();
    for (const search of ['', '&search=xxx']) {
      const { sizes, pages } = await pagesOf<WireItemPage>(`${url}/jobs/j/items?limit=500${search}`);
      expect(Math.max(...sizes)).toBeLessThan(1.5 * mega);
      const ordinals = pages.flatMap(({ items }) => items.map(({ ordinal }) => ordinal));
      expect(ordinals).toEqual(Array.from({ length: search === '' ? 660 : 60 }, (_, n) => 661 - (search === '' ? 660 : 60) + n)); // prettier-ignore
    }
  }, 30_000);

  it.each(['events?after=0', 'results', 'results?order=input'])('is 128 KiB and a row: %s', async (path) => {
    const { handler } = await servedItems();
    const sizes: number[] = [];
    const { body } = await handler(new Request(`http://localhost/jobs/j/${path}`));
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) sizes.push(chunk.length);
    expect(Math.max(...sizes)).toBeLessThan(131_072 + 160_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(60 * 150_000);
  });

  it('is a MiB of jobs and the one that passes it, whatever their metadata', async () => {
    const client = clients.open();
    const metadata = 'x'.repeat(400_000);
    for (let n = 0; n < 12; n++) client.map({ jobId: `j${n}`, items: [], metadata, asyncSubmit: false });
    const { url } = await serve({ client });
    const { sizes, pages } = await pagesOf<WireJobList>(`${url}/jobs?limit=1000`);
    expect(Math.max(...sizes)).toBeLessThan(1.5 * mega);
    expect(pages.flatMap(({ jobs }) => jobs.map(({ jobId }) => jobId))).toEqual(
      Array.from({ length: 12 }, (_, n) => `j${11 - n}`),
    );
  });

  it.each(['metadata', 'params'])("is bounded for a job's own %s from afar", async (field) => {
    const { url } = await serve();
    const lines = (length: number) => [{ job: { [field]: { text: 'x'.repeat(length) } } }, { input: 'a' }];
    expect((await post(url, lines(65_000))).status).toBe(201);
    const refused = await post(url, lines(65_536));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      errors: [{ line: 1, field: `job.${field}`, message: 'expected at most 65,536 characters of JSON' }],
    });
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const headers = { 'content-type': 'application/x-ndjson' };
    const tooDeep = await fetch(`${url}/jobs`, { method: 'POST', headers, body: `{"job":{"${field}":${deep}}}\n` });
    expect([tooDeep.status, await tooDeep.json()]).toMatchObject([
      400,
      { errors: [{ line: 1, field: `job.${field}`, message: 'expected at most 1,000 levels of JSON' }] },
    ]);
  });
});
