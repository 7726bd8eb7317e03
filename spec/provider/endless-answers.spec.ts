import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';
import type { Provider } from '../../lib/provider/provider';
import { item, verdict } from './support/ask';
import { geminiMajors, openaiMajors } from './support/majors';
import type { WireServer } from './support/wire-server';
import { endless, startWireServer, until } from './support/wire-server';

describe('an answer without an end', () => {
  let server: WireServer;
  beforeAll(async () => void (server = await startWireServer()));
  afterAll(() => server.close());

  const shared = { apiKey: 'k-0123456789', defaultModel: 'm', maxResponseBytes: 2_000_000 };
  const made: readonly (readonly [string, () => Provider])[] = [
    ...openaiMajors.flatMap(([name, sdk]) =>
      ['chat', 'responses', 'embeddings'].map((endpoint) => {
        const make = (): Provider => openai({ ...shared, sdk, endpoint, baseURL: `${server.url}/v1` });
        return [`${name} ${endpoint}`, make] as const;
      }),
    ),
    ...geminiMajors.flatMap(([name, sdk]) =>
      ['generateContent', 'embedContent'].map((endpoint) => {
        const make = (): Provider => gemini({ ...shared, sdk, endpoint, baseURL: server.url });
        return [`${name} ${endpoint}`, make] as const;
      }),
    ),
  ];

  it.each(made)('is broken off, and is no answer: %s', async (_name, make) => {
    const provider = make();
    const before = server.aborted;
    server.handle = (response) => endless(response);
    expect(await verdict(provider, item('hi'))).toEqual({
      kind: 'retry',
      error: {
        code: 'invalid_response',
        message: expect.stringMatching(/^The answer is longer than 2000000 bytes, .* "maxResponseBytes" allows more$/),
        retryable: true,
      },
    });
    await until(() => server.aborted === before + 1);
    await provider.close?.();
  });

  it.each(made)('of an error leaves its status: %s', async (_name, make) => {
    const provider = make();
    server.handle = (response) => endless(response, 400);
    expect(await verdict(provider, item('hi'))).toMatchObject({
      kind: 'fail',
      error: { code: 'invalid_request', status: 400 },
    });
    await provider.close?.();
  });
});
