export function isPlainBody(body: unknown): body is string | Uint8Array | null | undefined {
  return body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

/** Names and values in turn, the form undici reads fastest. */
export function flatHeaders(headers: RequestInit['headers']): string[] {
  const known = headers instanceof Headers ? headers : new Headers(headers);
  const flat = known.has('accept') ? [] : ['accept', '*/*'];
  known.forEach((value, name) => flat.push(name, value));
  return flat;
}

/** A `Request` in the words of its `init`. */
export function unpacked({ method, headers, body, signal }: Request): RequestInit {
  return { method, headers, body, signal, duplex: 'half' };
}
