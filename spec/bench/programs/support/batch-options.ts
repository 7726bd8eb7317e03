import type { BatchClientOptions } from 'openapi-batch';

/** A client of a server of batches on this machine. */
export function batchOptions(port: number): BatchClientOptions {
  return { provider: 'openai', apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, defaultModel: 'bench' };
}
