export interface PartHead {
  readonly name: string;
  /** Undefined for a plain field. */
  readonly filename: string | undefined;
}

/** Takes the pieces of one part's content. */
export interface PartSink {
  write(piece: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** The boundary of a multipart request, or undefined where it is none. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Reads multipart/form-data as a stream: no part is ever held as a whole. Resolves to whether the closing boundary came,
 * that is, whether the upload is complete.
 */
export async function readMultipart(
  incoming: AsyncIterable<Buffer>,
  boundary: string,
  openPart: (head: PartHead) => PartSink,
): Promise<boolean> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter has no line before it; with this one it looks like the others.
  let rest = Buffer.from('\r\n');
  let sink: PartSink | undefined;
  let inContent = true;
  for await (const chunk of incoming) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (inContent) {
        const at = rest.indexOf(delimiter);
        // What may be the start of a delimiter stays for the next chunk.
        const content = rest.subarray(0, at < 0 ? Math.max(0, rest.length - delimiter.length + 1) : at);
        await sink?.write(content);
        rest = rest.subarray(content.length);
        if (at < 0) break;
        rest = rest.subarray(delimiter.length);
        await sink?.close();
        sink = undefined;
        inContent = false;
      }
      if (rest.subarray(0, 2).toString() === '--') return true;
      const headEnd = rest.indexOf('\r\n\r\n');
      if (headEnd < 0) break;
      sink = openPart(parseHead(rest.subarray(0, headEnd).toString('utf8')));
      rest = rest.subarray(headEnd + 4);
      inContent = true;
    }
  }
  await sink?.close();
  return false;
}

function parseHead(head: string): PartHead {
  const disposition = /content-disposition:([^\r\n]*)/i.exec(head)?.[1] ?? '';
  const name = /[;\s]name="([^"]*)"/i.exec(disposition)?.[1] ?? '';
  return { name, filename: /filename="([^"]*)"/i.exec(disposition)?.[1] };
}
