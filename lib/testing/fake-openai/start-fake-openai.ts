import { FakeServer } from '../fake-server/fake-server.js';
import type { FakeServerOptions } from '../fake-server/options.js';
import { createOpenAIApi } from './openai-api.js';

export type FakeOpenAIOptions = FakeServerOptions;

/**
 * Starts a fake OpenAI on 127.0.0.1: chat completions, responses, embeddings, files and batches, with quotas, faults and
 * a ledger.
 *
 * ```ts
 * await using server = await startFakeOpenAI({ requestsPerMinute: 60 });
 * const openai = new OpenAI({ baseURL: server.url, apiKey: 'any' });
 * ```
 */
export function startFakeOpenAI(options: FakeOpenAIOptions = {}): Promise<FakeServer> {
  const server = new FakeServer(options, '/v1', (parts) => createOpenAIApi(options, parts));
  return server.listen(options.port ?? 0);
}
