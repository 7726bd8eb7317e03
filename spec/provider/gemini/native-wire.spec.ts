import '../../support/node-dispatcher';
import { gemini } from '../../../lib/provider/gemini/gemini';
import type { Provider } from '../../../lib/provider/provider';
import { geminiMajors } from '../support/majors';
import { failing, nativeOf, within } from '../support/native';
import { raw, startWireServer, type Handler, type WireServer } from '../support/wire-server';

describe.each(geminiMajors)('servers unlike Gemini, through %s', (_name, sdk) => {
  let wire: WireServer;
  let provider: Provider;
  const start = async (handle: Handler): Promise<void> => {
    wire = await startWireServer(handle);
    provider = gemini({ sdk, baseURL: wire.url, apiKey: 'k-12345678' });
  };
  afterEach(async () => {
    await provider.close?.();
    await wire.close();
  });

  it.each([
    ["Google's own words", '{"error":{"code":404,"message":"not found","status":"NOT_FOUND"}}', 'gone'],
    ['the page of a proxy', '<html><head><title>404 Not Found</title></head></html>', 'fail'],
    ['that page in the wrap of the SDK', '{"error":{"code":404,"message":"<html>","status":"Not Found"}}', 'fail'],
    ['nothing', '', 'fail'],
  ])('a 404 with %s is taken as it is meant', async (_what, body, kind) => {
    await start((response) => raw(response, 404, body));
    const native = nativeOf(provider);
    expect(await failing(native, 'poll', native.poll('batches/b1', within()))).toMatchObject({ kind });
    expect(await failing(native, 'results', native.results('files/f1', 0, within()))).toMatchObject({ kind });
  });
});
