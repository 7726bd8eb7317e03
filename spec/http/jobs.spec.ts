import { filter, firstValueFrom } from 'rxjs';
import type { WireItemPage, WireJob, WireJobList } from '../../lib/http/index.js';
import { localEcho } from '../../lib/index.js';
import { items, ndjson, post, testServers } from './support/served';

const { clients, serve } = testServers();

const json = async <T>(response: Promise<Response> | Response): Promise<T> => (await (await response).json()) as T;

describe('jobs over HTTP', () => {
  it('are started from lines, looked at, and read back', async () => {
    const { url } = await serve();
    const options = { job: { tags: ['mine'], metadata: { a: 1 }, concurrency: 5, params: { temperature: 0 } } };
    const started = await post(url, [options, ...items(20)], { 'idempotency-key': 'first%20job' });
    expect(started.status).toBe(201);
    expect(started.headers.get('location')).toBe('jobs/first%20job');
    const { info } = await json<WireJob>(started);
    expect(info).toMatchObject({ jobId: 'first job', total: 20, inputComplete: true, metadata: { a: 1 } });
    expect(info.tags).toEqual(['mine', 'owner:everybody']);

    const lines = async (query = ''): Promise<string[]> =>
      (await (await fetch(`${url}/jobs/first%20job/results${query}`)).text()).trim().split('\n');
    while ((await json<WireJob>(fetch(`${url}/jobs/first%20job`))).info.status !== 'completed');
    expect((await lines('?order=input')).map((line) => JSON.parse(line).itemId)).toEqual(
      items(20).map(({ itemId }) => itemId),
    );
    expect(await lines('?only=failed')).toEqual(['']);
    const view = await json<WireJob>(fetch(`${url}/jobs/first%20job`));
    expect(view.progress).toMatchObject({ ok: 20, status: 'completed' });
    expect(view.lastSeq).toBeGreaterThan(20);
    expect(await json(fetch(`${url}/jobs`))).toMatchObject({ jobs: [{ jobId: 'first job' }] });
  });

  it('are listed a page at a time, newest first, found by status, id and tag', async () => {
    const client = clients.open();
    const { url } = await serve({ client, authorize: () => ({ name: 'ann' }) });
    for (let n = 0; n < 250; n++) {
      // Every fifth is somebody else's.
      const tags = [n % 5 === 0 ? 'owner:bob' : 'owner:ann', ...(n === 7 ? ['Nightly'] : [])];
      client.map({ jobId: `job ${n}`, items: [], tags, asyncSubmit: n % 50 !== 1 });
    }
    const running = async () => (await client.jobs()).some(({ status }) => status === 'running');
    while (await running()) await new Promise((resolve) => setTimeout(resolve, 5));
    const page = (query: string) => json<WireJobList>(fetch(`${url}/jobs${query}`));
    const numbers = ({ jobs }: WireJobList) => jobs.map(({ jobId }) => Number(jobId.slice(4)));
    const anns = Array.from({ length: 250 }, (_, n) => 249 - n).filter((n) => n % 5 !== 0);

    const first = await page('');
    expect(numbers(first)).toEqual(anns.slice(0, 100));
    client.map({ jobId: 'job 999', items: [], tags: ['owner:ann'] });
    await client.delete('job 2');
    const second = await page(`?after=${first.next}`);
    expect(numbers(second)).toEqual(anns.slice(100).filter((n) => n !== 2));
    expect(second.next).toBeNull();
    expect(await page(`?after=${first.next}&limit=99`)).toEqual(second);
    expect(numbers(await page('?limit=3'))).toEqual([999, 249, 248]);
    expect((await page('?limit=100000')).jobs).toHaveLength(200);
    expect(numbers(await page('?search=NIGHT'))).toEqual([7]);
    expect(numbers(await page('?search=job%2012&limit=5'))).toEqual([129, 128, 127, 126, 124]);
    expect(numbers(await page('?status=pending'))).toEqual([201, 151, 101, 51, 1]);
    expect(await page('?search=nothing')).toEqual({ jobs: [], next: null });
    for (const wrong of ['?limit=x', '?limit=0', '?after=now', '?status=done'])
      expect((await fetch(`${url}/jobs${wrong}`)).status).toBe(400);
  });

  it('are the same for the same key: nothing is sent twice', async () => {
    const { url, client } = await serve();
    const headers = { 'idempotency-key': 'again' };
    expect((await post(url, items(5), headers)).status).toBe(201);
    await client.job('again').wait();
    const [second, third] = [await post(url, items(5), headers), await post(url, items(7), headers)];
    expect([second.status, (await json<WireJob>(second)).info.status]).toEqual([200, 'completed']);
    expect([third.status, (await json<WireJob>(third)).info.total]).toEqual([200, 7]);
    const other = await post(url, [{ itemId: 'i0', input: 'another' }], headers);
    expect(other.status).toBe(409);
    expect(await json(other)).toMatchObject({ code: 'item_conflict', errors: [{ line: 1, field: 'itemId' }] });
    expect((await client.job('again').info()).total).toBe(7);
  });

  it('are paused, resumed, cancelled, retried and deleted', async () => {
    const provider = localEcho({ latencyMs: 20, failures: { itemId: 'i3', code: 'too_large' } });
    const { url, client } = await serve({ client: clients.open({ provider, concurrency: 2 }) });
    const call = (verb: string, method = 'POST') => fetch(`${url}/jobs/j${verb}`, { method });
    await post(url, items(40), { 'idempotency-key': 'j' });
    expect((await json<WireJob>(call('/pause'))).info).toMatchObject({ status: 'paused', reason: { code: 'paused' } });
    expect((await json<WireJob>(call('/resume'))).info.owner).not.toBeNull();
    await client.job('j').wait();
    expect(await json(call('/failures', 'GET'))).toMatchObject({ failures: [{ code: 'too_large', count: 1 }] });
    const retried = await call('/retry');
    expect((await json<WireJob>(retried)).info.failed).toBe(0);
    expect((await call('', 'DELETE')).status).toBe(409);
    expect((await json<WireJob>(call('/cancel'))).info.status).toBe('cancelled');
    expect((await call('', 'DELETE')).status).toBe(204);
    expect((await call('', 'GET')).status).toBe(404);
  });

  it('are not resumed while they are still being paused, which is no secret', async () => {
    const provider = localEcho({ latencyMs: 150 });
    const { url, client } = await serve({ client: clients.open({ provider, concurrency: 1 }), waitMs: 0 });
    const call = (verb: string) => fetch(`${url}/jobs/j${verb}`, { method: 'POST' });
    await post(url, items(3), { 'idempotency-key': 'j' });
    await firstValueFrom(
      client.job('j').pipe(filter((event) => event.type === 'progress' && event.progress.inFlight > 0)),
    );
    expect((await call('/pause')).status).toBe(202);
    const early = await call('/resume');
    expect([early.status, await json(early)]).toMatchObject([409, { code: 'job_busy' }]);
    await client.job('j').pause();
    expect((await call('/resume')).status).toBe(200);
    expect((await client.job('j').wait()).done).toBe(3);
  });

  it('leave nothing behind when their body is wrong, and say which line and field', async () => {
    const { url, client } = await serve();
    const headers = { 'idempotency-key': 'bad' };
    const wrong: readonly (readonly [lines: string, line: number, field: string, status?: number])[] = [
      [`${ndjson(items(2))}{"itemId":5,"input":"x"}\n`, 3, 'itemId'],
      [`${ndjson(items(2))}\n\n{"itemId":"c"}\n`, 5, 'input'],
      [`${ndjson(items(2))}{"itemId":"c","input":1,"inptu":2}\n`, 3, 'inptu'],
      [`${ndjson(items(2))}not json\n`, 3, ''],
      [`${ndjson(items(2))}{"itemId":"i0","input":"other"}\n`, 3, 'itemId'],
      [`{"job":{"concurrency":0}}\n${ndjson(items(2))}`, 1, 'job.concurrency'],
      [`{"job":{"apiKey":"sk-123456789"}}\n`, 1, 'job.apiKey'],
      [`{"job":{"tags":["owner:somebody"]}}\n`, 1, 'job.tags.0'],
      [`${ndjson(items(600))}[1]\n`, 601, ''],
      [`{"input":{"__proto__":{"x":1}},"__proto__":{"y":2}}\n`, 1, '__proto__'],
    ];
    for (const [body, line, field] of wrong) {
      const response = await fetch(`${url}/jobs`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson', ...headers }, body }); // prettier-ignore
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await json(response)).toMatchObject({ status: 400, title: 'Bad Request', errors: [{ line, field }] });
      expect(await client.jobs()).toEqual([]);
    }
    expect((await post(url, items(2), headers)).status).toBe(201);
  });

  it('are bounded: bytes, lines, items', async () => {
    const { url, client } = await serve({ maxBodyBytes: 20_000, maxLineBytes: 1_000, maxItems: 100 });
    const many = items(101).map(({ itemId }) => ({ itemId, input: 'x' }));
    expect(await json(post(url, many))).toMatchObject({ status: 413, detail: 'More than 100 items' });
    expect(await json(post(url, [{ input: 'x'.repeat(2_000) }]))).toMatchObject({ status: 413, errors: [{ line: 1 }] });
    const large = items(30).map(({ itemId }) => ({ itemId, input: 'x'.repeat(900) }));
    expect(await json(post(url, large))).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(await client.jobs()).toEqual([]);
  });

  it('take a large body without holding it, and a body that breaks off leaves no job', async () => {
    const { url, client } = await serve();
    const text = ndjson(items(20_000));
    const half = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)));
        setTimeout(() => controller.error(new Error('gone')), 300);
      },
    });
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'large' };
    const init = { method: 'POST', headers, duplex: 'half' } as const;
    await expect(fetch(`${url}/jobs`, { ...init, body: half })).rejects.toThrow();
    for (let n = 0; (await client.jobs()).length > 0 && n < 100; n++) await new Promise((r) => setTimeout(r, 50));
    expect(await client.jobs()).toEqual([]);
    const whole = await fetch(`${url}/jobs`, { ...init, body: text });
    expect([whole.status, (await json<WireJob>(whole)).info.total]).toEqual([201, 20_000]);
    await fetch(`${url}/jobs/large/cancel`, { method: 'POST' });
  });

  it('show their items in pages, found by state, code and words', async () => {
    const provider = localEcho({ failures: ['i3', 'i7'].map((itemId) => ({ itemId, code: 'too_large' }) as const) });
    const { url, client } = await serve({ client: clients.open({ provider }) });
    const hostile = { itemId: 'a/b%2F?#\u0001', input: { prompt: 'He said "Straße"\nand left' }, metadata: { m: 1 } };
    await post(url, [...items(10), hostile], { 'idempotency-key': 'j' });
    await client.job('j').wait();
    const page = (query: string) => json<WireItemPage>(fetch(`${url}/jobs/j/items${query}`));
    const ids = async (query: string) => (await page(query)).items.map(({ itemId }) => itemId);
    const first = await page('?limit=4');
    expect(first.items.map(({ ordinal, itemId, state }) => [ordinal, itemId, state])).toEqual([
      [1, 'i0', 'ok'],
      [2, 'i1', 'ok'],
      [3, 'i2', 'ok'],
      [4, 'i3', 'failed'],
    ]);
    expect(first.next).toBe(4);
    expect(first.items[0]).toMatchObject({ input: { prompt: 'i0' }, result: { ok: true, output: 'i0' } });
    expect(await page('?limit=100&after=4')).toMatchObject({ next: null, items: { length: 7 } });
    expect(await ids('?only=failed')).toEqual(['i3', 'i7']);
    expect(await ids('?code=too_large&limit=1')).toEqual(['i3']);
    expect(await ids('?code=timeout')).toEqual([]);
    expect(await ids(`?search=${encodeURIComponent('"STRASSE"')}`)).toEqual([]);
    expect(await ids(`?search=${encodeURIComponent('said "straße"\nAND')}`)).toEqual([hostile.itemId]);
    // Names of fields are no words of the item.
    expect(await ids('?search=prompt')).toEqual([]);
    const one = await fetch(`${url}/jobs/j/items/${encodeURIComponent(hostile.itemId)}`);
    expect(await json(one)).toMatchObject({ ...hostile, ordinal: 11, state: 'ok' });
    expect((await fetch(`${url}/jobs/j/items/nobody`)).status).toBe(404);
  });
});
