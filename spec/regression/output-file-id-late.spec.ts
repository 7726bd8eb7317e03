import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// BerriAI/litellm#37713: `completed` can arrive before `output_file_id`; who takes that as the end loses the batch.
describe('a completed batch that names its output later', () => {
  const { openai, gemini, run } = bench();

  it('is looked at again until it does', async () => {
    const server = await openai({ batches: { lateOutputMs: 120 } });
    const outcome = await run(4, { lateOutputMs: 10_000 });
    expectOnce(outcome, 4);
    expect(outcome.info.notes).toEqual({});
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('of Gemini, too', async () => {
    const server = await gemini({ batches: { lateOutputMs: 120 } });
    expectOnce(await run(4, { lateOutputMs: 10_000 }), 4);
    expect(server.ledger.batches).toHaveLength(1);
  });

  it('is given up after lateOutputMs, and its items are asked again', async () => {
    const server = await openai({ batches: { script: ({ n }) => (n === 1 ? { lateOutputMs: 3_600_000 } : {}) } });
    const outcome = await run(4, { lateOutputMs: 30 });
    expectOnce(outcome, 4);
    expect(outcome.info.notes).toEqual({ missingLines: 4 });
    expect(server.ledger.batches).toHaveLength(2);
  });
});
