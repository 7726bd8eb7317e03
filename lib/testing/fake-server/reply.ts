/** A part of a file on disk, sent as a stream. */
export interface FileSlice {
  readonly path: string;
  /** First byte. */
  readonly start: number;
  /** One after the last byte. */
  readonly end: number;
}

/** What the server means to answer. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer | FileSlice;
  /** True for an answer that a model produced, and that a user would pay for. */
  readonly billed?: boolean;
  /** Input and output tokens of it. */
  readonly tokens?: number;
  readonly inputTokens?: number;
}

/** How an answer reaches the client, if it does. */
export type Delivery =
  | { readonly kind: 'whole' }
  /** The connection is reset before the first byte. */
  | { readonly kind: 'reset' }
  /** Nothing is ever sent; the connection stays open. */
  | { readonly kind: 'hang' }
  /** The connection is reset after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly bytes: number | 'half' }
  /** After so many bytes nothing more is sent; the connection stays open. */
  | { readonly kind: 'stall'; readonly bytes: number | 'half' }
  /** The body is spread over `overMs`. */
  | { readonly kind: 'slow'; readonly overMs: number };

export function json(status: number, value: unknown, more: Partial<Omit<Reply, 'status' | 'body'>> = {}): Reply {
  return {
    ...more,
    status,
    headers: { 'content-type': 'application/json', ...more.headers },
    body: JSON.stringify(value),
  };
}

export function text(status: number, type: string, body: string): Reply {
  return { status, headers: { 'content-type': type }, body };
}

export function lengthOf(body: Reply['body']): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return Buffer.isBuffer(body) ? body.length : body.end - body.start;
}
