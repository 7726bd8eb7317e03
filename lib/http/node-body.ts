import type { IncomingMessage } from 'node:http';

/**
 * A Node request's body, read as it is asked for. Cancelling leaves the socket open for the answer. Where a framework has
 * parsed the body already (`express.json()`), what it left in `request.body` is written again.
 */
export function nodeBody(incoming: IncomingMessage): ReadableStream<Uint8Array> | null {
  if (incoming.readableEnded) return parsedBefore(incoming);
  let release = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const take = (chunk: Uint8Array): void => {
          incoming.pause();
          controller.enqueue(new Uint8Array(chunk));
        };
        const end = (): void => {
          release();
          controller.close();
        };
        const fail = (): void => {
          release();
          controller.error(new Error('the connection was closed'));
        };
        release = () => void incoming.off('data', take).off('end', end).off('close', fail).off('error', fail);
        incoming.on('end', end).on('close', fail).on('error', fail);
        incoming.pause();
        incoming.on('data', take).pause();
      },
      pull() {
        incoming.resume();
      },
      cancel() {
        release();
        incoming.on('error', () => undefined);
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Milliseconds a body that nobody wants may go on coming. */
const lingerMs = 2_000;

/** Lets the rest of a refused body run out, for a while: closing at once would take the answer from under its reader. */
export async function linger(incoming: IncomingMessage): Promise<void> {
  if (incoming.complete || incoming.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lingerMs);
    const over = (): void => {
      clearTimeout(timer);
      resolve();
    };
    incoming.once('end', over).once('close', over).on('error', over);
    incoming.resume();
  });
}

function parsedBefore(incoming: IncomingMessage): ReadableStream<Uint8Array> | null {
  const body: unknown = 'body' in incoming ? incoming.body : undefined;
  if (body === undefined || body === null) return null;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = body instanceof Uint8Array ? new Uint8Array(body) : new TextEncoder().encode(text);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
