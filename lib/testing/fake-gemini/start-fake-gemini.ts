import { FakeServer } from '../fake-server/fake-server.js';
import { createGeminiApi } from './gemini-api.js';
import type { FakeGeminiOptions } from './options.js';

/**
 * Starts a fake Gemini API on 127.0.0.1: generateContent, embedContent, batchEmbedContents, files and batches, with
 * quotas, faults and a ledger.
 *
 * ```ts
 * await using server = await startFakeGemini();
 * const ai = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: server.url } });
 * ```
 */
export function startFakeGemini(options: FakeGeminiOptions = {}): Promise<FakeServer> {
  const server = new FakeServer({ dayReset: 'midnight', ...options }, '', (parts) => createGeminiApi(options, parts));
  return server.listen(options.port ?? 0);
}
