import { answerHeaders } from './answer-headers.js';
import type { Answer } from './exchange.js';
import type { Sent } from './redirects.js';
import { followed, isRedirect, namedOrigin } from './redirects.js';

export interface RedirectRules {
  /** Whether a GET of this asks for a file, which may lie on another host. */
  readonly isFile: (url: string) => boolean;
  /** The error of a redirect that is not followed, by the origins it leads from and to. */
  readonly astray: (from: string, to: string) => Error;
}

/** As many as fetch follows. */
const mostRedirects = 20;

/** The answer at the end of a request's redirects, and the last of the requests. */
export async function followRedirects(
  first: Sent,
  send: (sent: Sent) => Promise<Answer>,
  { isFile, astray }: RedirectRules,
): Promise<{ readonly sent: Sent; readonly answer: Answer }> {
  let sent = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await send(sent);
    const { status, headers, body } = answer;
    const location = isRedirect(status) ? answerHeaders(headers).get('location') : null;
    if (location === null) return { sent, answer };
    if (!Buffer.isBuffer(body)) body.destroy();
    const next = redirects < mostRedirects ? followed(sent, { status, location }, isFile(first.url)) : undefined;
    if (next === undefined) throw astray(new URL(sent.url).origin, namedOrigin(location, sent.url));
    sent = next;
  }
}
