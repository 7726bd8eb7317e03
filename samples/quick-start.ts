// A batch of four requests, watched as it runs. `local_echo` answers each prompt with itself; for real answers say
// `provider: 'openai', apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-4o-mini'` and change nothing else.
import { BatchClient } from 'openapi-batch';

const client = new BatchClient({ provider: 'local_echo', db: 'quick-start.sqlite' });

const job = client.map({
  items: [
    { itemId: 'a', input: { prompt: 'Return OK' } },
    { itemId: 'b', input: { prompt: 'Return YES', system: 'Answer in one word.' } },
    { itemId: 'c', input: 'A bare string is a prompt too' },
    { itemId: 'd', input: { messages: [{ role: 'user', content: 'Or the body of the provider' }] } },
  ],
});
// map() has returned; nothing is sent yet, and the work goes on whether somebody watches or not.
console.log('submitted:', job.jobId);

job.subscribe({
  next: (event) => {
    switch (event.type) {
      case 'progress':
        return;
      case 'item':
        return event.result.ok
          ? console.log(event.itemId, '->', event.result.output)
          : console.log(event.itemId, 'failed:', event.result.error.message);
      case 'complete':
        return console.log(event.status, `${String(event.progress.ok)} of ${String(event.progress.total)} ok`);
    }
  },
  // The job stopped before its end: `error.code` says why, `client.resume(job.jobId)` goes on.
  error: (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
  complete: () => void client.close(),
});
