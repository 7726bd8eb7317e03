import '../../support/node-dispatcher';
import { gemini } from '../../../lib/provider/gemini/gemini';
import { openai } from '../../../lib/provider/openai/openai';
import type { Provider } from '../../../lib/provider/provider';
import { listOf, nativeOf, within } from '../support/native';
import { json, startWireServer, type WireServer } from '../support/wire-server';

/** Three pages of no batch of ours, the last of which leads to the first one again. */
const circles: Record<string, { open: (url: string) => Provider; page: (n: number) => object }> = {
  openai: {
    open: (url) => openai({ baseURL: `${url}/v1`, apiKey: 'k-12345678' }),
    page: (n) => ({ data: [{ id: `batch_${n % 3}`, status: 'completed' }], has_more: true, last_id: `batch_${n % 3}` }),
  },
  gemini: {
    open: (url) => gemini({ baseURL: url, apiKey: 'k-12345678' }),
    page: (n) => ({ operations: [], nextPageToken: `page ${n % 3}` }),
  },
};

describe.each(Object.entries(circles))('pages of batches in a circle: %s', (_name, { open, page }) => {
  let wire: WireServer;
  let provider: Provider;
  beforeEach(async () => {
    let asked = 0;
    wire = await startWireServer((response) => json(response, 200, page(asked++)));
    provider = open(wire.url);
  });
  afterEach(async () => {
    await provider.close?.();
    await wire.close();
  });

  it('are read once each', async () => {
    expect(await listOf(nativeOf(provider).find('run-1', within()))).toEqual([]);
    expect(wire.seen).toHaveLength(4);
  });
});
