// A provider of your own: any service that answers one request with one answer. Pacing, retries, timeouts, resume and
// storage are the engine's; the provider sends, reads and says what a failure means.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BatchClient, failureVerdict, isBatchError, ProviderError, type Provider } from 'openapi-batch';
import { lastValueFrom, toArray } from 'rxjs';

/** Sends `{ text }` to a translation service. */
function translator(url: string): Provider<string> {
  return {
    name: 'translator',
    async request({ input }, { signal }) {
      // The signal ends the request when its time is over; without it an abandoned socket would linger.
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(input), signal });
      if (response.status === 429) {
        const waitMs = Number(response.headers.get('retry-after-ms') ?? 1_000);
        throw new ProviderError(failureVerdict('rate_limited', 'the translator is busy', { status: 429, waitMs }));
      }
      // Any error with a `status` is judged by it: 5xx is tried again, 400 fails the item, 401 stops the job.
      if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
      const { translation } = (await response.json()) as { translation?: string };
      // A success without an answer is none.
      if (translation === undefined) throw new ProviderError(failureVerdict('invalid_response', 'no translation'));
      return { output: translation, usage: { inputTokens: 1, outputTokens: 1 } };
    },
  };
}

async function main(): Promise<void> {
  const service = await startService();
  try {
    await using client = new BatchClient({ provider: translator(service.url), db: ':memory:', backoffBaseMs: 10 });
    const words = ['cat', 'dog', 'horse', 'jabberwock', 'bird'];
    const job = client.map<string>({ items: words.map((text) => ({ itemId: text, input: { text } })) });
    await job.wait();
    for (const result of await lastValueFrom(job.results({ order: 'input' }).pipe(toArray()))) {
      const said = result.ok ? result.output : `${result.error.code}: ${result.error.message}`;
      console.log(`${result.itemId} -> ${said} (attempts: ${String(result.attempts)})`);
    }
  } finally {
    service.close();
  }
}

/** The service: knows four words, is busy at the second call and broken at the third. */
async function startService(): Promise<{ url: string; close: () => void }> {
  const dictionary = new Map([
    ['cat', 'chat'],
    ['dog', 'chien'],
    ['horse', 'cheval'],
    ['bird', 'oiseau'],
  ]);
  let refusals = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { text } = JSON.parse(body) as { text: string };
      const translation = dictionary.get(text);
      if (text === 'dog' && refusals++ === 0) response.writeHead(429, { 'retry-after-ms': '50' }).end();
      else if (text === 'horse' && refusals++ < 2) response.writeHead(503).end('out of order');
      else if (translation === undefined) response.writeHead(400).end(`unknown word: ${text}`);
      else response.end(JSON.stringify({ translation }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

main().catch((error: unknown) => {
  console.error(isBatchError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
