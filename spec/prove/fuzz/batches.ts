import { BatchClient, type BatchClientOptions, type BatchError } from '../../../lib/index.js';
import { startFakeGemini, startFakeOpenAI } from '../../../lib/testing/index.js';
import { relay } from '../../regression/support/relay.js';
import type { Random } from '../harness/random.js';
import type { FuzzedProvider } from './answers.js';
import { expectThat, inTime, type FuzzTarget } from './fuzz-target.js';
import { hostile } from './hostile-json.js';

const fast = { validatingMs: 1, finalizingMs: 1, cancellingMs: 1 };
const quick: BatchClientOptions = {
  ...{ apiKey: 'sk-any-key', defaultModel: 'gpt-4o-mini', db: ':memory:', log: false, maxAttempts: 2 },
  ...{ pollIntervalMs: 2, maxPollIntervalMs: 4, orphanWaitMs: 20, lateOutputMs: 10, backoffBaseMs: 1, backoffMaxMs: 2 },
};
const count = 12;

/** Native jobs whose result files have hostile lines among and instead of the right ones. */
export async function batchTarget(provider: FuzzedProvider): Promise<FuzzTarget> {
  const start = provider === 'openai' ? startFakeOpenAI : startFakeGemini;
  return Promise.resolve({
    name: `batches of ${provider}`,
    share: 25,
    once: async (random) => {
      await using server = await start({ batches: fast });
      await using between = await relay(server.url, { text: (body, path) => change(body, path, random) });
      const model = provider === 'openai' ? 'gpt-4o-mini' : 'gemini-2.5-flash';
      const client = new BatchClient({ ...quick, provider, baseURL: between.url, defaultModel: model });
      try {
        await run(client);
      } finally {
        await client.close({ drainMs: 0 });
      }
    },
  });
}

/** Result files get lines nobody can read, and lose some that somebody could; polls are answered with anything now and then. */
function change(body: string, path: string, random: Random): string {
  const isFile = /content|:download|alt=media/.test(path);
  if (!isFile) {
    const isPoll = /batches\/[^/?:]+$/.test(path);
    return isPoll && random.share() < 0.3 ? hostile(JSON.parse(body), random) : body;
  }
  return body
    .split('\n')
    .flatMap((line) => {
      if (line === '' || random.share() < 0.6) return [line];
      const bad = hostile(JSON.parse(line), random).replaceAll('\n', ' ');
      return random.share() < 0.5 ? [bad] : [bad, line];
    })
    .join('\n');
}

async function run(client: BatchClient): Promise<void> {
  const items = Array.from({ length: count }, (_, n) => ({ itemId: `item ${n}`, input: { prompt: `prompt ${n}` } }));
  const job = client.map({ items, mode: 'native' });
  const stopped = await inTime(
    job.wait().then(
      () => undefined,
      (error: unknown) => error as BatchError,
    ),
    'the job',
  );
  const known = ['auth', 'quota_exhausted', 'daily_quota'];
  expectThat(stopped === undefined || known.includes(stopped.code), `the job stopped: ${stopped?.message ?? ''}`);
  const results = await job.resultsDict();
  for (let n = 0; n < count; n++) {
    const result = results[`item ${n}`];
    if (result === undefined) expectThat(stopped !== undefined, `item ${n} has no result`);
    // A hostile line may be a good answer with another text; it must not be another item's.
    else if (result.ok && /^echo: prompt \d+$/.test(String(result.output)))
      expectThat(result.output === `echo: prompt ${n}`, `item ${n} has ${JSON.stringify(result.output)}`);
  }
}
