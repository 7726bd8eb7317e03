import type { BatchItem, BatchJob, ItemErrorCode, JobInfo, Result } from '../../../lib/index.js';
import type { BatchClient } from '../../../lib/index.js';
import {
  startFakeGemini,
  startFakeOpenAI,
  type BatchOptions,
  type FakeGeminiOptions,
  type FakeOpenAIOptions,
  type FakeServer,
} from '../../../lib/testing/index.js';
import { items, tell, testClients, type TestClients, type Told } from '../../support/clients.js';

type ClientOptions = NonNullable<ConstructorParameters<typeof BatchClient>[0]>;

/** Days of waiting in milliseconds: what a provider takes hours for takes no time here. */
export const fast: BatchOptions = { validatingMs: 2, finalizingMs: 2, cancellingMs: 2 };

/** Settings under which nothing waits for long. */
export const quick = {
  pollIntervalMs: 4,
  maxPollIntervalMs: 8,
  orphanWaitMs: 60,
  lateOutputMs: 40,
  backoffBaseMs: 1,
  backoffMaxMs: 4,
} satisfies ClientOptions;

/** Everything about one job that has ended, as its user sees it, and what the server would charge for. */
export interface Outcome extends Told {
  readonly job: BatchJob;
  readonly results: Readonly<Record<string, Result>>;
  readonly info: JobInfo;
}

export interface Bench extends TestClients {
  openai(options?: FakeOpenAIOptions): Promise<FakeServer>;
  gemini(options?: FakeGeminiOptions): Promise<FakeServer>;
  /** A client of the server started last. */
  client(options?: ClientOptions): BatchClient;
  /** A job of so many items, or of these, run to its end. */
  run(what: number | BatchItem[], options?: ClientOptions & RunMore): Promise<Outcome>;
}

interface RunMore {
  readonly mode?: 'native' | 'emulated';
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A fake server per test, and the library's front door to it. */
export function bench(): Bench {
  const clients = testClients();
  let server: FakeServer | undefined;
  let asClient: ClientOptions = {};
  afterEach(async () => server?.close());

  const client = (options: ClientOptions = {}): BatchClient => clients.open({ ...asClient, ...quick, ...options });
  return Object.assign(Object.create(clients) as TestClients, {
    client,
    async openai(options: FakeOpenAIOptions = {}) {
      server = await startFakeOpenAI({ ...options, batches: { ...fast, ...options.batches } });
      asClient = { provider: 'openai', apiKey: 'sk-any', baseURL: server.url, defaultModel: 'gpt-4o-mini' };
      return server;
    },
    async gemini(options: FakeGeminiOptions = {}) {
      server = await startFakeGemini({ ...options, batches: { ...fast, ...options.batches } });
      asClient = { provider: 'gemini', apiKey: 'any', baseURL: server.url, defaultModel: 'gemini-2.5-flash' };
      return server;
    },
    async run(what: number | BatchItem[], { mode = 'native', params, ...options }: ClientOptions & RunMore = {}) {
      const list = typeof what === 'number' ? items(what) : what;
      const given = { items: list, mode, jobId: 'job', ...(params === undefined ? {} : { params }) };
      return outcomeOf(client(options).map(given));
    },
  });
}

export async function outcomeOf(job: BatchJob): Promise<Outcome> {
  const told = await tell(job);
  return { ...told, job, results: await job.resultsDict(), info: await job.info() };
}

/** Every item has exactly one result; all are good but those named, each with its error code. */
export function expectOnce(outcome: Outcome, count: number, failed: Record<string, ItemErrorCode> = {}): void {
  expect(outcome.error).toBeUndefined();
  expect(new Set(outcome.ids).size).toBe(outcome.ids.length);
  expect(outcome.ids).toHaveLength(count);
  const codes: Record<string, string> = {};
  for (const { itemId, result } of outcome.items) {
    if (!result.ok) codes[itemId] = result.error.code;
    else expect({ itemId, output: result.output }).toEqual({ itemId, output: `echo: ${itemId}` });
  }
  expect(codes).toEqual(failed);
  expect(outcome.info).toMatchObject({ ok: count - Object.keys(failed).length, pending: 0, status: 'completed' });
}

/** Nothing was produced twice. */
export function expectPaidOnce({ ledger }: FakeServer): void {
  expect([...ledger.billedPerKey().values()].filter((times) => times > 1)).toEqual([]);
}

/** What a result failed of, where it did. */
export function errorOf(outcome: Outcome, itemId: string): { code: string; message: string; retryable: boolean } {
  const result = outcome.results[itemId];
  if (result === undefined || result.ok) throw new Error(`${itemId} did not fail`);
  return result.error;
}
