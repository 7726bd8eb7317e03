import { randomUUID } from 'node:crypto';

export interface MultipartUpload {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * A multipart/form-data body with one file, made while it is sent: the next page of the file is asked for when the socket
 * has room. The SDK's own form data would collect it in memory first.
 */
export function multipartUpload(
  fields: Readonly<Record<string, string>>,
  file: { readonly name: string; readonly pages: () => Iterable<string> },
): MultipartUpload {
  const boundary = `openapi-batch-${randomUUID()}`;
  const head = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const disposition = `content-disposition: form-data; name="file"; filename="${file.name.replace(/["\r\n]/g, '')}"`;
  head.push(`--${boundary}\r\n${disposition}\r\ncontent-type: application/jsonl\r\n\r\n`);

  // An async generator, though nothing in it waits: the SDK sends only async iterables as a stream.
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.from(head.join(''));
    for (const page of file.pages()) yield Buffer.from(page);
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: body() };
}
