import type { z } from 'zod';
import { issuesOf } from './body-schemas.js';
import { Problem } from './problem.js';
import { bodyTooLarge } from './read-lines.js';

const maxBytes = 65_536;

/** A small JSON body, or `{}` where there is none. Throws a 4xx that names the field. */
export async function readJson<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const text = await smallText(request);
  if (text.trim() !== '') checkType(request, ['application/json']);
  const parsed = schema.safeParse(text.trim() === '' ? {} : parse(text));
  if (parsed.success) return parsed.data;
  const errors = issuesOf(parsed.error);
  const [first] = errors;
  throw new Problem(400, 'bad_request', `${first?.field ? `"${first.field}"` : 'The body'}: ${first?.message ?? ''}`, {
    errors,
  });
}

/** Throws a 415 for a body of another kind, or one that is compressed. */
export function checkType({ headers }: Request, types: readonly string[]): void {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!types.includes(type))
    throw new Problem(415, 'unsupported_media_type', `Expected the content type ${types[0] ?? ''}`);
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new Problem(415, 'unsupported_media_type', 'Expected a body that is not compressed');
}

async function smallText({ body }: Request): Promise<string> {
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body as ReadableStream<Uint8Array>) {
    bytes += part.length;
    if (bytes > maxBytes) throw bodyTooLarge(maxBytes);
    parts.push(part);
  }
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'bad_request', 'The body is not JSON');
  }
}
