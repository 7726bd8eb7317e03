import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Delivery, lengthOf, type Reply } from './reply.js';

/** Sends a reply in the manner asked for. Resolves when nothing more will be sent; a client that left is no error. */
export async function deliver(
  response: ServerResponse,
  reply: Reply,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<void> {
  if (delivery.kind === 'hang') return;
  if (delivery.kind === 'reset') return reset(response);
  const length = lengthOf(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(length) });
  if (delivery.kind === 'whole') return sendWhole(response, reply);
  if (delivery.kind === 'slow') return sendSlowly(response, reply, delivery.overMs, signal);

  await sendStart(
    response,
    reply,
    delivery.bytes === 'half' ? Math.floor(length / 2) : Math.min(delivery.bytes, length),
  );
  if (delivery.kind === 'cut') reset(response);
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

async function sendWhole(response: ServerResponse, reply: Reply): Promise<void> {
  const { body } = reply;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    response.end(body);
  } else if (body.end <= body.start) {
    response.end();
  } else {
    await pipeline(createReadStream(body.path, { start: body.start, end: body.end - 1 }), response).catch(
      () => undefined,
    );
  }
}

/** The first bytes, flushed to the client, with the response left open. */
async function sendStart(response: ServerResponse, reply: Reply, bytes: number): Promise<void> {
  const { body } = reply;
  response.flushHeaders();
  if (bytes === 0) return;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return write(response, Buffer.from(body).subarray(0, bytes));
  const start = createReadStream(body.path, { start: body.start, end: body.start + bytes - 1 });
  await pipeline(start, response, { end: false }).catch(() => undefined);
  // `pipeline` ends when the bytes are read, not when they are sent.
  await write(response, Buffer.alloc(0));
}

async function sendSlowly(response: ServerResponse, reply: Reply, overMs: number, signal: AbortSignal): Promise<void> {
  const { body } = reply;
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : undefined;
  if (!bytes) return sendWhole(response, reply);
  const pieces = 10;
  for (let piece = 0; piece < pieces; piece++) {
    await delay(overMs / pieces, undefined, { signal }).catch(() => undefined);
    if (response.destroyed) return;
    response.write(bytes.subarray((bytes.length * piece) / pieces, (bytes.length * (piece + 1)) / pieces));
  }
  response.end();
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => {
      resolve();
    });
    response.once('close', resolve);
  });
}
