import type { Readable } from 'node:stream';
import type * as Undici from 'undici';
import type { RawHeaders } from './answer-headers.js';
import { BodyStream, brokenBody } from './body-stream.js';

export interface ExchangeRequest extends Undici.Dispatcher.DispatchOptions {
  /** Ends it, down to the socket. */
  readonly signal: AbortSignal | undefined;
}

/** The answer to one request. */
export interface Answer {
  readonly status: number;
  readonly headers: RawHeaders;
  /** All of a short one, a stream of any other. What breaks off is a stream that fails. */
  readonly body: Buffer | Readable;
}

/** The part of undici that is used. */
type Parser = Pick<typeof Undici, 'util'>;

/**
 * One request over undici's `dispatch`, without the stream and promises of its `request`, which are half of what that costs.
 * JSON is waited for, as long as it is short; anything else is answered with its headers, and the body comes as a stream.
 * Fails as undici does, where no answer came.
 */
export function exchange(
  undici: Parser,
  dispatcher: Undici.Dispatcher,
  { signal, ...options }: ExchangeRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error);
    else dispatcher.dispatch(options, new Exchange(undici, signal, resolve, reject));
  });
}

/** Longest body that is collected before its headers are told. */
const shortBytes = 256 * 1024;

/** The older form of handler: undici 6 and 7 both take it, whichever made the application's global dispatcher. */
class Exchange implements Undici.Dispatcher.DispatchHandler {
  private abort: ((reason?: Error) => void) | undefined;
  private resume: () => void = () => undefined;
  private status = 0;
  private headers: RawHeaders = {};
  /** What was collected; undefined where the body is a stream. */
  private chunks: Buffer[] | undefined;
  private size = 0;
  private stream: BodyStream | undefined;

  constructor(
    private readonly undici: Parser,
    private readonly signal: AbortSignal | undefined,
    private readonly answered: (answer: Answer) => void,
    private readonly failed: (error: Error) => void,
  ) {
    signal?.addEventListener('abort', this);
  }

  /** The signal's. */
  handleEvent(): void {
    this.abort?.(this.signal?.reason as Error);
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.abort = abort;
    if (this.signal?.aborted === true) this.handleEvent();
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    this.status = status;
    this.headers = this.undici.util.parseHeaders(rawHeaders, Object.create(null) as Record<string, string>);
    this.resume = resume;
    if (isJson(this.headers)) this.chunks = [];
    else this.openStream();
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.stream !== undefined) return this.stream.push(chunk);
    this.chunks?.push(chunk);
    this.size += chunk.length;
    return this.size <= shortBytes || this.openStream();
  }

  onComplete(): void {
    this.end();
    if (this.stream === undefined) this.answer(onlyOne(this.chunks ?? [], this.size));
    else this.stream.push(null);
  }

  onError(error: Error): void {
    this.end();
    if (this.stream !== undefined) this.stream.destroy(error);
    else if (this.chunks === undefined) this.failed(error);
    else this.answer(brokenBody(this.chunks, error));
  }

  /** True where there is room for more. */
  private openStream(): boolean {
    const stream = new BodyStream(
      () => this.resume(),
      (reason) => this.abort?.(reason),
    );
    this.stream = stream;
    const room = (this.chunks ?? []).map((chunk) => stream.push(chunk));
    this.chunks = undefined;
    this.answer(stream);
    return room.at(-1) ?? true;
  }

  private answer(body: Buffer | Readable): void {
    this.answered({ status: this.status, headers: this.headers, body });
  }

  private end(): void {
    this.abort = undefined;
    this.signal?.removeEventListener('abort', this);
  }
}

/** Not lines of JSON, which are files, nor events, which are read one by one. */
function isJson({ 'content-type': type }: RawHeaders): boolean {
  return typeof type === 'string' && /^application\/(?:[\w.-]+\+)?json\b/i.test(type);
}

function onlyOne(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size);
}
