import { BatchClient, type Provider, type ProviderResponse } from '../../../lib/index.js';
import type { Random } from '../harness/random.js';
import { expectThat, inTime, type FuzzTarget } from './fuzz-target.js';
import { hostileJson, hostileValue } from './hostile-json.js';

const blow = (): never => {
  throw new Error('blown');
};

/** What no JSON says, and a program can. */
const objects: readonly (() => unknown)[] = [
  () => undefined,
  () => 1n,
  () => Symbol('s'),
  () => () => 1,
  () => new Map([[1, 2]]),
  () => new Date(NaN),
  () => Object.create(null) as unknown,
  () => ({ toJSON: blow }),
  () => new Proxy({}, { get: blow, has: blow, ownKeys: blow }),
  () => Object.defineProperty({}, 'output', { get: blow, enumerable: true }),
  () => {
    const circle: Record<string, unknown> = {};
    circle['output'] = circle;
    return circle;
  },
];

function strange(random: Random): unknown {
  if (random.share() < 0.4) return random.pick(objects)();
  return JSON.parse(hostileValue(random));
}

/** A provider of somebody's own that answers, throws and judges in any way a program can. */
export async function ownProviderTarget(): Promise<FuzzTarget> {
  return Promise.resolve({ name: 'own provider', share: 100, once: (random) => run(providerOf(random)) });
}

function providerOf(random: Random): Provider {
  const response = { output: 'x', usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0 }, raw: { a: [1] } };
  const answer = (): unknown => {
    switch (random.between(0, 3)) {
      case 0:
        return strange(random);
      case 1:
        return JSON.parse(hostileJson(response, random));
      case 2:
        return { ...response, [random.pick(['output', 'usage', 'raw'])]: strange(random) };
      default:
        throw strange(random);
    }
  };
  const classify = random.share() < 0.3 ? { classify: () => strange(random) as never } : {};
  return {
    name: 'own',
    request: ({ itemId }) => (itemId.startsWith('good') ? [{ output: itemId }] : ([answer()] as ProviderResponse[])),
    ...classify,
  };
}

async function run(provider: Provider): Promise<void> {
  const client = new BatchClient({
    provider,
    db: ':memory:',
    log: false,
    maxAttempts: 2,
    backoffBaseMs: 1,
    backoffMaxMs: 2,
  });
  try {
    const ids = ['bad-0', 'good-0', 'bad-1', 'good-1'];
    const job = client.map({ items: ids.map((itemId) => ({ itemId, input: itemId })) });
    await inTime(job.wait(), 'the job');
    const results = await job.resultsDict();
    expectThat(Object.keys(results).length === ids.length, 'an item has no result');
    for (const id of ['good-0', 'good-1']) {
      const result = results[id];
      expectThat(result?.ok === true && result.output === id, `${id} has ${JSON.stringify(result)}`);
    }
    const { tokens } = await job.info();
    expectThat(Number.isFinite(tokens.input) && Number.isFinite(tokens.output), 'tokens that are no number');
  } finally {
    await client.close();
  }
}
