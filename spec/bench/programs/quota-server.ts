import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { told } from './support/program.js';
import { answerBody } from './support/quota/answer.js';
import { settle, timeline, type Entry } from './support/quota/ledger.js';
import { limitHeaders, refusalBody, retryHeaders } from './support/quota/limit-headers.js';
import { randomFrom } from './support/quota/quota-items.js';
import { Quota, type QuotaOptions } from './support/quota/quota.js';

interface Options {
  readonly quota: QuotaOptions;
  /** Mean; single answers are spread log-normally. */
  readonly latencyMs: number;
}

/**
 * OpenAI's chat completions behind exact token buckets that are full at the first request and that no client is told of.
 * Keeps a ledger by item and hands it over at `GET /ledger`.
 */
const { quota: options, latencyMs } = told<Options>();
const quota = new Quota(options);
const tellsLimits = options.headers ?? true;
const entries: Entry[] = [];
const random = randomFrom(11);
/** How long a refusal takes on its way. */
const refusalMs = 100;
const sigma = 0.5;
let startedAt: number | undefined;

/** Milliseconds since the first request. */
function elapsed(): number {
  startedAt ??= performance.now();
  return performance.now() - startedAt;
}

function complete(text: string, response: ServerResponse): void {
  const now = elapsed();
  const { max_tokens = 0, messages } = JSON.parse(text) as { max_tokens?: number; messages: { content: string }[] };
  const promptTokens = Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4);
  const charge = { requests: 1, tokens: Math.max(max_tokens, promptTokens) };
  const admission = quota.admit(charge, now);
  const itemId = /item-\d+/.exec(messages.at(-1)?.content ?? '')?.[0] ?? '';
  const entry: Entry = { itemId, atMs: now, charge, admitted: admission.admitted, answered: false };
  entries.push(entry);
  // Most gateways reckon them when they admit; the answer carries them later.
  const early = limitHeaders(quota.dimensions, now);
  const headers = () => (options.lateHeaders === true ? limitHeaders(quota.dimensions, elapsed()) : early);
  const reply = (status: number, body: string, more: Record<string, string> = {}): void => {
    if (response.destroyed) return;
    entry.answered = true;
    response
      .writeHead(status, { 'content-type': 'application/json', ...(tellsLimits ? headers() : {}), ...more })
      .end(body);
  };
  if (admission.admitted) {
    setTimeout(() => reply(200, answerBody(promptTokens)), latencyMs * Math.exp(sigma * normal() - sigma ** 2 / 2));
    return;
  }
  const { dimension, waitMs } = admission;
  const refuse = (): void =>
    tellsLimits
      ? reply(429, refusalBody(dimension, waitMs), retryHeaders(waitMs))
      : reply(429, refusalBody(dimension, undefined));
  setTimeout(refuse, refusalMs);
}

/** Standard normal (Box and Muller). */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ figures: settle(entries, options), timeline: timeline(entries) }));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => complete(Buffer.concat(chunks).toString('utf8'), response));
}

const server = createServer(serve);
// Clients that wait out a window must find their connections as they left them.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});
