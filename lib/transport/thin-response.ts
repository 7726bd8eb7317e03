import type { Readable } from 'node:stream';

/** What a body is read from: a Node stream that can also be collected. */
export interface BodySource {
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  stream(): Readable;
}

/** What a {@link thinResponse} is made of. */
export interface ThinResponseInit {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly source: BodySource;
  /** Turns an error of the source into the one a reader of the body gets. */
  readonly broken?: (error: unknown) => unknown;
}

/** The part of a `Response` that API clients use, over a Node stream that becomes a web stream only if `body` is asked for. */
export function thinResponse(init: ThinResponseInit): Response {
  return new ThinResponse(init) as unknown as Response;
}

class ThinResponse {
  readonly type = 'default';
  readonly redirected = false;
  readonly statusText = '';
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  private used = false;
  private web: ReadableStream | undefined;

  constructor(private readonly init: ThinResponseInit) {
    this.url = init.url;
    this.status = init.status;
    this.headers = init.headers;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.used || this.web?.locked === true;
  }

  get body(): ReadableStream {
    this.web ??= lazyStream(
      () => this.init.source.stream(),
      (error) => this.explain(error),
    );
    return this.web;
  }

  text(): Promise<string> {
    return this.consume((source) => source.text());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.consume((source) => source.arrayBuffer());
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.arrayBuffer()], { type: this.headers.get('content-type') ?? '' });
  }

  private async consume<T>(read: (source: BodySource) => Promise<T>): Promise<T> {
    if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read');
    this.used = true;
    try {
      return await read(this.init.source);
    } catch (error) {
      throw this.explain(error);
    }
  }

  private explain(error: unknown): unknown {
    return this.init.broken === undefined ? error : this.init.broken(error);
  }
}

/** Touches the source only when the first chunk is asked for, so that looking at `body` costs and changes nothing. */
function lazyStream(open: () => Readable, explain: (error: unknown) => unknown): ReadableStream {
  let source: Readable | undefined;
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        source ??= open();
        chunks ??= (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
        try {
          const next = await chunks.next();
          if (next.done === true) controller.close();
          // The chunk itself, not a copy: files are hundreds of megabytes.
          else controller.enqueue(plainView(next.value));
        } catch (error) {
          controller.error(explain(error));
        }
      },
      cancel() {
        source ??= open();
        source.on('error', () => undefined).destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The same bytes as readers of a web stream know them: no Node buffer. */
function plainView({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
