import '../../support/node-dispatcher';
import { gemini } from '../../../lib/provider/gemini/gemini';
import { openai } from '../../../lib/provider/openai/openai';
import type { Provider } from '../../../lib/provider/provider';
import { failing, listOf, nativeOf, within } from '../support/native';
import { json, startWireServer, type WireServer } from '../support/wire-server';

const error = { message: 'hidden', code: 'server_error' };

const servers: Record<string, { open: (url: string) => Provider; broken: unknown[]; empty: unknown[] }> = {
  openai: {
    open: (url) => openai({ baseURL: `${url}/v1`, apiKey: 'k-12345678' }),
    broken: [
      { error },
      { data: [], error },
      {},
      { data: {} },
      { data: [], has_more: true },
      { data: [7], has_more: true },
    ],
    empty: [[], { data: [] }, { data: [], has_more: false }, { data: [], has_more: false, last_id: null, error: null }],
  },
  gemini: {
    open: (url) => gemini({ baseURL: url, apiKey: 'k-12345678' }),
    broken: [{ error }, { operations: [], error }, [], { operations: {} }, { batches: [] }, { nextPageToken: 7 }],
    empty: [{}, { operations: [] }, { operations: [], nextPageToken: '' }, { nextPageToken: '' }],
  },
};

// What is taken for an empty list has a batch created again, and paid for twice.
describe.each(Object.entries(servers))('a search at %s', (_name, { open, broken, empty }) => {
  let wire: WireServer;
  let provider: Provider;
  const start = async (body: unknown): Promise<void> => {
    wire = await startWireServer((response) => json(response, 200, body));
    provider = open(wire.url);
  };
  afterEach(async () => {
    await provider.close?.();
    await wire.close();
  });

  it.each(broken.map((body) => [body]))('has to be repeated after %j', async (body) => {
    await start(body);
    const native = nativeOf(provider);
    expect(await failing(native, 'find', native.find('run-1', within()))).toMatchObject({ kind: 'retry' });
  });

  it.each(empty.map((body) => [body]))('is over after %j', async (body) => {
    await start(body);
    expect(await listOf(nativeOf(provider).find('run-1', within()))).toEqual([]);
  });
});
