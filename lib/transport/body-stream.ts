import { Readable } from 'node:stream';

/** A body as it comes, no faster than it is read. */
export class BodyStream extends Readable {
  constructor(
    private readonly resumeSource: () => void,
    private readonly abortSource: (reason: Error) => void,
  ) {
    super();
    // Whoever reads it gets the error; where nobody does, it is no news.
    this.on('error', ignore);
  }

  override _read(): void {
    this.resumeSource();
  }

  /** Broken off by its reader: so is the socket, unless all has come. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.abortSource(error ?? new DOMException('The body is not wanted', 'AbortError'));
    done(error);
  }
}

/** What came of a body, and the error that was its end. */
export function brokenBody(chunks: readonly Buffer[], error: Error): Readable {
  const rest = [...chunks];
  const body = new Readable({
    read() {
      const next = rest.shift();
      if (next === undefined) this.destroy(error);
      else this.push(next);
    },
  });
  return body.on('error', ignore);
}

function ignore(): void {
  // See above.
}
