import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';
import type { Provider } from '../../lib/provider/provider';
import { item, verdict } from './support/ask';
import { geminiMajors, openaiMajors } from './support/majors';
import { failing, nativeOf, questions, read, shardOf, within } from './support/native';
import type { WireServer } from './support/wire-server';
import { endless, raw, startWireServer } from './support/wire-server';

const apiKey = 's3cret-0123456789';
const shared = { apiKey, defaultModel: 'm', maxResponseBytes: 1_000_000 };

describe('a redirect', () => {
  let server: WireServer;
  let other: WireServer;
  beforeEach(async () => void ([server, other] = await Promise.all([startWireServer(), startWireServer()])));
  afterEach(() => Promise.all([server.close(), other.close()]));

  const made: readonly (readonly [string, string, () => Provider])[] = [
    ...openaiMajors.flatMap(([name, sdk]) => {
      const azure = (): Provider => {
        return openai({ ...shared, sdk, azure: { endpoint: server.url, apiVersion: '2024-10-21' } });
      };
      return [
        [name, 'baseURL', () => openai({ ...shared, sdk, baseURL: `${server.url}/v1` })],
        [`${name}, Azure`, 'azure.endpoint', azure],
      ] as const;
    }),
    ...geminiMajors.map(
      ([name, sdk]) => [name, 'baseURL', () => gemini({ ...shared, sdk, baseURL: server.url })] as const,
    ),
  ];

  it.each(made)('to another host gets neither key nor prompt, and stops the job: %s', async (_name, field, make) => {
    server.handle = (response) => response.writeHead(307, { location: `${other.url}/x` }).end();
    const provider = make();
    const native = nativeOf(provider);
    const stop = { kind: 'stop', status: 'failed', code: 'invalid_options' };
    const error = { message: expect.stringContaining(`"${field}"`) };
    expect(await verdict(provider, item('hi'))).toMatchObject({ ...stop, error });
    const submission = shardOf(native, questions(1));
    expect(await failing(native, 'submit', native.submit(submission, within()))).toMatchObject({ ...stop, error });
    const known = { ...submission, fileId: 'files/f' };
    expect(await failing(native, 'submit', native.submit(known, within()))).toMatchObject({ ...stop, error });
    expect(await failing(native, 'poll', native.poll('batches/b', within()))).toMatchObject({ ...stop, error });
    expect(other.seen).toEqual([]);
    await provider.close?.();
  });

  it.each(made)('of a result file leads to a storage, which sees no key: %s', async (_name, _field, make) => {
    server.handle = (response) => response.writeHead(302, { location: `${other.url}/blob?sig=x` }).end();
    other.handle = (response) => raw(response, 200, 'no result\n');
    const provider = make();
    expect(await read(nativeOf(provider), 'files/f')).toMatchObject([{ kind: 'unreadable', text: 'no result' }]);
    expect(other.seen).toHaveLength(1);
    expect(JSON.stringify(other.seen)).not.toContain(apiKey);
    await provider.close?.();
  });

  it.each(made)('on the same host leads to an answer no longer than may be: %s', async (_name, _field, make) => {
    server.handle = (response, { url }) => {
      if (url === '/end') endless(response);
      else response.writeHead(307, { location: '/end' }).end();
    };
    const provider = make();
    const tooLong = { code: 'invalid_response', message: expect.stringContaining('"maxResponseBytes"') };
    expect(await verdict(provider, item('hi'))).toMatchObject({ kind: 'retry', error: tooLong });
    await provider.close?.();
  });
});
