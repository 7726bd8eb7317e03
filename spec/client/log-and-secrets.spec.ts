import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, items, tell, testClients } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

describe('the log', () => {
  it('has light lines on how jobs begin, get on and end, none per item', async () => {
    const lines: string[] = [];
    const client = clients.open({ log: (line) => lines.push(line) });
    await client.map({ jobId: 'j', items: items(300) }).wait();
    expect(lines[0]).toBe('[openapi-batch] job j started');
    expect(lines.at(-1)).toMatch(
      /^\[openapi-batch\] job j completed: 300\/300 done, 300 ok, 0 failed, 0 in flight, \d+\/min$/,
    );
    expect(lines.length).toBeLessThan(10);
  });

  it('says why a job stopped', async () => {
    const lines: string[] = [];
    const provider = new HandProvider((ask) => ask.fail(httpError(401, 'wrong key')));
    await tell(clients.open({ provider, log: (line) => lines.push(line) }).map({ jobId: 'j', items: items(1) }));
    expect(lines.at(-1)).toBe('[openapi-batch] job j stopped: wrong key');
  });

  it('may throw: the job goes on to its end', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const log = (): never => {
      throw new Error('full');
    };
    expect(
      await clients
        .open({ log })
        .map({ items: items(3) })
        .wait(),
    ).toMatchObject({ ok: 3 });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it.each([
    ['1', true],
    ['0', false],
    ['', false],
  ])('goes to stderr with OPENAPI_BATCH_LOG=%s: %s', async (value, expected) => {
    const written: string[] = [];
    const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    process.env['OPENAPI_BATCH_LOG'] = value;
    try {
      await clients
        .open({ log: undefined })
        .map({ jobId: 'j', items: items(1) })
        .wait();
    } finally {
      delete process.env['OPENAPI_BATCH_LOG'];
      write.mockRestore();
    }
    expect(written.some((text) => text.startsWith('[openapi-batch] job j'))).toBe(expected);
  });
});

describe('a key', () => {
  const key = 'sk-proj-AbCdEf0123456789AbCdEf0123456789';
  const leaks = `Incorrect API key provided: ${key}. Authorization: Bearer ${key} https://api.example/v1?key=${key}`;

  it.each([400, 401, 500])('is in no event, error, log line or file when an answer %i repeats it', async (status) => {
    const lines: string[] = [];
    const provider = new HandProvider((ask) => ask.fail(httpError(status, leaks)));
    const client = clients.open({
      provider,
      apiKey: key,
      log: (line) => lines.push(line),
      maxAttempts: 2,
      backoffBaseMs: 0,
      durability: 'full',
    });
    const job = client.map({ jobId: 'j', items: items(2) });
    const { events, error } = await tell(job);
    const seen = [
      JSON.stringify(events),
      error?.message,
      error?.stack,
      String(error?.cause),
      ...lines,
      JSON.stringify(await client.jobs()),
      JSON.stringify(await job.resultsDict()),
    ].join('\n');
    expect(seen).not.toContain('0123456789');
    expect(seen).toContain('Incorrect API key provided');
    expectNoKeyOnDisk();
    await client.close();
    expectNoKeyOnDisk();
  });

  it('is not stored from the options of the client', async () => {
    const client = clients.open({
      provider: 'openai',
      apiKey: key,
      baseURL: `http://user:${key}@127.0.0.1:9/v1`,
      maxStallMs: 1,
      defaultModel: 'm',
    });
    const job = client.map({ items: items(1) });
    await job.wait().catch(() => undefined);
    await client.close();
    expectNoKeyOnDisk();
  });

  it('is not shown in the message about a wrong one', async () => {
    expect(() => clients.open({ apiKey: 5 as never })).toThrow(
      /expected "apiKey" to be .*, got a value of type number/,
    );
    expect((await failure(Promise.resolve().then(() => clients.open({ openai: key as never })))).message).not.toContain(
      key,
    );
  });

  function expectNoKeyOnDisk(): void {
    for (const file of readdirSync(clients.folder))
      expect([file, readFileSync(join(clients.folder, file)).includes('0123456789')]).toEqual([file, false]);
  }
});
