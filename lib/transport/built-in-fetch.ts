import { Readable } from 'node:stream';
import type { Answer } from './exchange.js';

/** The answer to a request with a body that only the built-in fetch can send: form data, a stream. A redirect is an answer. */
export async function builtInAnswer(url: string, init: RequestInit): Promise<Answer> {
  const { status, headers, body } = await globalThis.fetch(url, { ...init, redirect: 'manual' });
  // It comes unpacked.
  const names = [...headers.keys()].filter((name) => name !== 'content-encoding' && name !== 'set-cookie');
  return {
    status,
    headers: {
      ...Object.fromEntries(names.map((name) => [name, headers.get(name) ?? ''])),
      'set-cookie': headers.getSetCookie(),
    },
    body: body === null ? Buffer.alloc(0) : Readable.fromWeb(body),
  };
}
