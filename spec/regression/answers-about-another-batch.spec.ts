import type { Fault } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

/** The good answer with some of it changed. */
function lie(change: (body: Record<string, unknown>) => object): Fault {
  return {
    name: 'lie',
    performs: true,
    reply: ({ good }) => {
      const body = JSON.parse(good?.body as string) as Record<string, unknown>;
      return { ...good!, body: JSON.stringify({ ...body, ...change(body) }) };
    },
  };
}

const ended = { status: 'completed', output_file_id: null, error_file_id: null };
const foreign = lie(({ metadata }) => ({
  ...ended,
  id: 'batch_other',
  metadata: { ...(metadata as object), shard: '7' },
}));
const foreignGemini = lie(({ metadata }) => ({
  ...{ name: 'batches/other', done: true },
  metadata: {
    ...(metadata as object),
    name: 'batches/other',
    displayName: 'openapi-batch other 7 1 abc',
    state: 'BATCH_STATE_SUCCEEDED',
  },
  response: {},
}));

// Found by `npm run prove:chaos`: a gateway mixes up its answers, and a batch that works is given up for ended and paid again.
describe('answers about another batch', () => {
  const { openai, gemini, run } = bench();
  const expectOneBatch = async (start: typeof openai, fault: Fault, on: 'batches.get' | 'batches.create') => {
    const server = await start({ batches: { runMs: 150 }, faults: [{ on, requests: [1, 2], fault }] });
    expectOnce(await run(4), 4);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  };

  it.each(['batches.get', 'batches.create'] as const)('are none, of OpenAI: %s', (on) =>
    expectOneBatch(openai, foreign, on),
  );

  it.each(['batches.get', 'batches.create'] as const)('nor of Gemini: %s', (on) =>
    expectOneBatch(gemini, foreignGemini, on),
  );

  it('a batch that was said to be completed, and works again, is waited for', async () => {
    const server = await openai({
      batches: { runMs: 150 },
      faults: [{ on: 'batches.get', requests: 1, fault: lie(() => ended) }],
    });
    expectOnce(await run(4), 4);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
