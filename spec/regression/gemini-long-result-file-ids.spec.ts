import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';
import { relay } from './support/relay.js';

// googleapis/js-genai#1227: the job succeeded, and the SDK refuses to download its result: the id has over 40 characters.
describe('a result file with a long id', () => {
  const { gemini, run } = bench();
  const long = (id: string): string => `${id}${'x'.repeat(40)}`;

  it('is downloaded', async () => {
    const server = await gemini();
    await using lengthened = await relay(server.origin, {
      path: (path) => path.replace(/x{40}/, ''),
      text: (body) => body.replaceAll(/files\/batch-[0-9a-f]+/g, long),
    });
    expectOnce(await run(3, { baseURL: lengthened.url }), 3);
    expect(lengthened.paths.some((path) => /batch-[0-9a-f]+x{40}/.test(path))).toBe(true);
    expectPaidOnce(server);
  });
});
