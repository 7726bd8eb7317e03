import { readFailure } from '../../failure.js';
import type { LinePage } from '../../native/result-lines.js';
import { beatBytes, linePages } from '../../native/result-lines.js';
import type { GeminiRest } from './plumbing.js';

/**
 * The lines of a responses file, `files/<id>`, from a byte on (GET `files/{id}:download?alt=media`). With `counted`, lines are
 * counted from the file's start, so the whole is fetched; else only the rest, where the server takes a `Range`.
 */
export async function* downloadLines(
  rest: GeminiRest,
  file: string,
  from: number,
  counted: boolean,
  signal: AbortSignal,
): AsyncGenerator<LinePage, void, undefined> {
  const response = await open(rest, file, counted ? 0 : from, signal);
  if (response.body === null) return;
  const chunks = response.body as unknown as AsyncIterable<Uint8Array>;
  if (counted && from > 0) yield* after(from, linePages(chunks, 0));
  else yield* linePages(chunks, from, startsAt(response, from) ? 0 : from);
}

/** Pages end at the same lines every time, so those that were consumed are left out as a whole. */
async function* after(from: number, pages: AsyncIterable<LinePage>): AsyncGenerator<LinePage, void, undefined> {
  let beat = 0;
  for await (const page of pages) {
    if (page.offset > from) {
      yield page;
    } else if (page.offset - beat >= beatBytes) {
      beat = page.offset;
      yield { ...page, lines: [], offset: from };
    }
  }
}

async function open(rest: GeminiRest, file: string, from: number, signal: AbortSignal): Promise<Response> {
  const path = `${file}:download`;
  const query = { alt: 'media' };
  const whole = async (): Promise<Response> => (await rest.get({ path, query, signal })).responseInternal;
  if (from === 0) return whole();
  try {
    const { responseInternal } = await rest.get({ path, query, headers: { Range: `bytes=${from}-` }, signal });
    if (responseInternal.status !== 206 || startsAt(responseInternal, from)) return responseInternal;
    await responseInternal.body?.cancel();
  } catch (error) {
    // Nothing is left after that byte.
    if (readFailure(error).status !== 416) throw error;
  }
  return whole();
}

function startsAt(response: Response, from: number): boolean {
  const range = response.headers.get('content-range') ?? '';
  return response.status === 206 && new RegExp(`^bytes\\s+${from}-`).test(range);
}
