import { BatchClient } from '../../../lib/index.js';
import { items } from '../../support/clients.js';

/** Starts a native job of five items, in a process that can be killed. */
const { db, baseURL } = JSON.parse(process.argv[2] ?? '{}') as { readonly db: string; readonly baseURL: string };
const client = new BatchClient({ provider: 'openai', apiKey: 'sk-any', baseURL, defaultModel: 'gpt-4o-mini', db });
const job = client.map({ items: items(5), jobId: 'job', mode: 'native', startAfterInput: true });
job.subscribe({ error: () => undefined });
console.log('started');
