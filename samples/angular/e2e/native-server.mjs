// A job in native batches against the package's fake OpenAI, and the page. `node native-server.mjs <port>`
import { BatchClient } from '../../../dist/esm/index.js';
import { startFakeOpenAI } from '../../../dist/esm/testing/index.js';
import { servePage } from './serve-page.mjs';

const batches = { validatingMs: 200, runMsPerRequest: 300, finalizingMs: 100 };
const { url } = await startFakeOpenAI({ batches });
const client = new BatchClient({
  ...{ provider: 'openai', apiKey: 'sk-any', baseURL: url, defaultModel: 'gpt-4o-mini', db: ':memory:', log: false },
  ...{ pollIntervalMs: 200, maxPollIntervalMs: 300, nativeCaps: { maxRequests: 5, maxBatches: 60 } },
});
const items = Array.from({ length: 900 }, (_, n) => ({ itemId: `i${n}`, input: { prompt: `Question ${n}` } }));
client.map({ jobId: 'native', mode: 'native', items }).subscribe({ error: (error) => console.error(error) });
servePage(client, process.argv[2]);
