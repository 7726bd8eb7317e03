import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { told } from './support/program.js';
import { idsOf, outputOf } from './support/batch-output.js';

/**
 * As little of OpenAI's files and batches as will do, so that the reader is what is measured. Every batch has ended when it is
 * first asked for, and its output file is in memory from its upload on.
 */
const { answerBytes } = told<{ readonly answerBytes: number }>();
const outputs = new Map<string, Buffer>();
let uploads = 0;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function toBatch(n: string, created: object = {}): object {
  return { id: `batch-${n}`, object: 'batch', status: 'completed', output_file_id: `output-${n}`, ...created };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const json = (body: object): void => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
  const n = /-(\d+)/.exec(url)?.[1] ?? '';
  if (method === 'POST' && url.endsWith('/files')) {
    const number = String(++uploads);
    outputs.set(number, outputOf(idsOf(await bodyOf(request)), answerBytes));
    return json({ id: `input-${number}`, object: 'file' });
  }
  if (method === 'POST') {
    const { input_file_id, metadata } = JSON.parse(await bodyOf(request)) as {
      input_file_id: string;
      metadata: object;
    };
    return json(toBatch(input_file_id.split('-')[1] ?? '', { input_file_id, metadata, status: 'validating' }));
  }
  if (url.endsWith('/content')) {
    response.setHeader('content-type', 'application/octet-stream').end(outputs.get(n));
    return;
  }
  return json(toBatch(n));
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => response.destroy(error as Error));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});
