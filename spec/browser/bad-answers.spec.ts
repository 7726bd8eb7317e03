import { lastValueFrom, map, of, range, toArray } from 'rxjs';
import { RemoteBatchClient, type RemoteBatchClientOptions, type RemoteBatchJob } from '../../lib/browser/index.js';
import { serverSentEvents } from '../../lib/browser/server-sent-events.js';
import { textLines } from '../../lib/browser/text-lines.js';
import { failure } from '../support/clients.js';
import { answer, json, scriptedTransport, stream } from './support/answers.js';

const client = (transport: RemoteBatchClientOptions['transport']) =>
  new RemoteBatchClient({ baseURL: '/api', transport, backoffBaseMs: 1, backoffMaxMs: 1 });
const refusal = async (told: Promise<unknown>): Promise<string> => {
  const { code, message } = await failure(told);
  return `${code}: ${message}`;
};
/** What is said where every answer is this text. */
const saidOf = (text: string, ask: (job: RemoteBatchJob, all: RemoteBatchClient) => Promise<unknown>) => {
  const all = client(() => of(answer({ text$: of(text) })));
  return refusal(ask(all.job('j'), all));
};

describe('an answer of the wrong shape is refused by its path', () => {
  const texts = ['null', '[]', '"x"', '5', '{}', '<html>', '{"info":null,"jobs":null,"items":{}}', '['.repeat(100_000)];

  it.each<[string, string, (job: RemoteBatchJob, all: RemoteBatchClient) => Promise<unknown>]>([
    ['info()', '/jobs/j', (job) => job.info()],
    ['status()', '/jobs/j', (job) => job.status()],
    ['cancel()', '/jobs/j/cancel', (job) => job.cancel()],
    ['items()', '/jobs/j/items', (job) => job.items({ limit: 1 })],
    ['item()', '/jobs/j/items/a', (job) => job.item('a')],
    ['failures()', '/jobs/j/failures', (job) => job.failures()],
    ['results()', '/jobs/j/results', (job) => job.resultsDict()],
    ['jobs()', '/jobs', (_, all) => all.jobs()],
    ['jobsPage()', '/jobs', (_, all) => all.jobsPage()],
  ])('to %s', async (_call, path, ask) => {
    for (const text of texts)
      expect(await saidOf(text, ask)).toMatch(new RegExp(`^refused: The server's answer to ${path} cannot be read: .`));
  });

  it.each([
    ['data: null', 'expected an object, got null'],
    ['data: {"type":"item","jobId":"j","seq":"7"}', 'expected "seq" to be of type number, got string'],
    ['data: {"type":"item","jobId":"j","seq":7,"itemId":"a"}', 'expected "result" to be of type object, got nothing'],
    ['data: {"type":"complete","jobId":"j","seq":7}', 'expected "progress" to be of type object, got nothing'],
    ['event: stopped\ndata: {}', 'expected "jobId" to be of type string, got nothing'],
  ])('where it is the event %j', async (text, what) => {
    const job = client(() => of(stream(of(`${text}\n\n`)))).job('j');
    expect(await refusal(job.wait())).toBe(`refused: The server's answer to /jobs/j/events cannot be read: ${what}`);
  });
});

describe('an answer that leads nowhere ends', () => {
  it('where the next page is the same again', async () => {
    const same = of(json({ jobs: [], next: 5 }));
    const transport = scriptedTransport(same, same, same, same);
    expect(await refusal(client(transport).jobs())).toBe(
      'refused: The server\'s answer to /jobs cannot be read: "next" is 5 after 5',
    );
    expect(transport.requests).toHaveLength(2);
  });

  it('where a result has the place of the one before', async () => {
    const line = `${JSON.stringify({ itemId: 'a', ok: true, output: 1, attempts: 1, cursor: 3 })}\n`;
    const job = client(() => of(answer({ text$: of(line, line) }))).job('j');
    expect(await refusal(lastValueFrom(job.results()))).toMatch(/^refused: .* the place 3 after 3$/);
  });
});

describe('an answer without an end is broken off', () => {
  const endless = range(0, 1_000).pipe(map(() => 'x'.repeat(10)));

  it('where it is one line, and not where it is many', async () => {
    expect(await refusal(lastValueFrom(endless.pipe(textLines('/p', 100))))).toBe(
      "refused: The server's answer to /p cannot be read: longer than 100 characters",
    );
    const lines$ = endless.pipe(map((text) => `${text}\n`));
    expect(await lastValueFrom(lines$.pipe(textLines('/p', 100), toArray()))).toHaveLength(1_000);
  });

  it('where it is one message, and not where it is many', async () => {
    for (const text of ['x', 'data: x\n'])
      expect(
        await refusal(lastValueFrom(endless.pipe(map(() => text), serverSentEvents('/p', 100)))), // prettier-ignore
      ).toBe("refused: The server's answer to /p cannot be read: longer than 100 characters");
    const messages$ = endless.pipe(map((text) => `data: ${text}\n\n`));
    expect(await lastValueFrom(messages$.pipe(serverSentEvents('/p', 100), toArray()))).toHaveLength(1_000);
  });

  it('where it is one document', async () => {
    const mega = 'x'.repeat(2 ** 20);
    const job = client(() => of(answer({ text$: range(0, 1_000).pipe(map(() => mega)) }))).job('j');
    expect(await refusal(job.info())).toMatch(
      /^refused: .*\/jobs\/j cannot be read: longer than 268,435,456 characters$/,
    );
  });
});
