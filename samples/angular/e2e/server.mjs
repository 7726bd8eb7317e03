// The server of the drive. It can be killed at any time: what ran goes on at the next start.
// `node server.mjs <port> <database> <milliseconds per answer> <share of answers that fail>`
import { BatchClient, localEcho } from '../../../dist/esm/index.js';
import { servePage } from './serve-page.mjs';

const [port, db, latencyMs, rate] = process.argv.slice(2);

const provider = localEcho({ latencyMs: Number(latencyMs), failures: { code: 'server_error', rate: Number(rate) } });
const client = new BatchClient({ db, provider, concurrency: 20, maxAttempts: 1 });
for (const { jobId, status } of await client.jobs()) {
  if (status === 'interrupted') client.resume(jobId).subscribe({ error: () => {} });
}
servePage(client, port);
