import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

// googleapis/python-genai#1909: one user reports keys of other requests in the output.
describe('lines that answer nothing that was asked', () => {
  const { openai, gemini, run } = bench();

  it.each([
    ['OpenAI', openai],
    ['Gemini', gemini],
  ])('by %s are counted and nobody gets them', async (_name, start) => {
    const server = await start({ batches: { foreignLines: 2 } });
    const outcome = await run(6, { nativeCaps: { maxRequests: 3 } });
    expectOnce(outcome, 6);
    expect(outcome.info.notes).toEqual({ unknownLines: 4 });
    expectPaidOnce(server);
  });
});
