import type { Fault, FaultContext } from './fault.js';
import { type Reply, text } from './reply.js';

/** Where in the body: after so many bytes, or in its middle. */
export interface AtByte {
  readonly bytes?: number | 'half';
}

/** Faults of the network and of whatever stands between client and provider: the same for every provider. */
export const commonFaults = {
  /** The connection is reset before an answer. `billed`: the work was done all the same. */
  reset: ({ billed = false } = {}): Fault => ({ name: 'reset', performs: billed, delivery: { kind: 'reset' } }),

  /** The connection is reset in the middle of the body. The work is done and billed. */
  cut: ({ bytes = 'half' }: AtByte = {}): Fault => ({ name: 'cut', performs: true, delivery: { kind: 'cut', bytes } }),

  /** No answer, ever. `billed`: the work was done all the same. */
  hang: ({ billed = false } = {}): Fault => ({ name: 'hang', performs: billed, delivery: { kind: 'hang' } }),

  /** A part of the body, then silence. The work is done and billed. */
  stall: ({ bytes = 'half' }: AtByte = {}): Fault => ({
    name: 'stall',
    performs: true,
    delivery: { kind: 'stall', bytes },
  }),

  /** The good answer, its body spread over `overMs` of real time. */
  slow: ({ overMs = 100 } = {}): Fault => ({ name: 'slow', performs: true, delivery: { kind: 'slow', overMs } }),

  /** 200 with only the first half of the JSON, as if it were whole. */
  truncatedJson: (): Fault => ({ name: 'truncatedJson', performs: true, reply: (context) => halved(context) }),

  /** 200 with nothing in it. */
  emptyBody: (): Fault => ({ name: 'emptyBody', performs: true, reply: (context) => ({ ...good(context), body: '' }) }),

  /** 200 with a text that is no JSON, as proxies send it. */
  plainText: (body = 'upstream says hello'): Fault => ({
    name: 'plainText',
    performs: true,
    reply: (context) => ({ ...good(context), ...text(200, 'text/plain; charset=utf-8', body) }),
  }),

  /** An HTML page of a gateway; the work is not done. */
  html: ({ status = 502 } = {}): Fault => ({
    name: 'html',
    performs: false,
    reply: () =>
      text(
        status,
        'text/html',
        `<html><head><title>${status}</title></head><body><h1>${status} Bad Gateway</h1></body></html>`,
      ),
  }),

  /** Any status with any JSON body: what compatible servers answer, for one. */
  foreignError: (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault => ({
    name: 'foreignError',
    performs: false,
    reply: () => ({
      ...text(status, 'application/json', JSON.stringify(body)),
      headers: { 'content-type': 'application/json', ...headers },
    }),
  }),

  /** `{"detail": ...}`, FastAPI's error body. */
  detailError: (status = 422, detail: unknown = 'input is not valid'): Fault => ({
    ...commonFaults.foreignError(status, { detail }),
    name: 'detailError',
  }),

  /** `[{"error": ...}]`, an error in an array. */
  arrayError: (status = 400, message = 'request is not valid'): Fault => ({
    ...commonFaults.foreignError(status, [{ error: { code: status, message, status: 'INVALID_ARGUMENT' } }]),
    name: 'arrayError',
  }),

  /** `{"object":"error", ...}`, the flat body of older vLLM servers. */
  flatError: (status = 400, message = 'request is not valid'): Fault => ({
    ...commonFaults.foreignError(status, {
      object: 'error',
      message,
      type: 'BadRequestError',
      param: null,
      code: status,
    }),
    name: 'flatError',
  }),

  /** Of a batch line: run and billed, but not in the output. */
  missingLine: (): Fault => ({ name: 'missingLine', performs: true, line: 'missing' }),

  /** Of a batch line: twice in the output. */
  duplicateLine: (): Fault => ({ name: 'duplicateLine', performs: true, line: 'duplicate' }),

  /** Of a batch line: failed without an HTTP response. */
  lineError: (): Fault => ({ name: 'lineError', performs: false, line: 'no-answer' }),

  /** Of a batch line: a response with status 0 and no body, counted as completed (OpenAI). */
  statusZeroLine: (): Fault => ({ name: 'statusZeroLine', performs: false, line: 'status-zero' }),

  /** Of a batch line: the output does not say which it answers (Gemini). */
  keylessLine: (): Fault => ({ name: 'keylessLine', performs: true, line: 'no-key' }),
} as const;

function good({ good: reply }: FaultContext): Reply {
  if (!reply) throw new Error('This fault needs the good answer, so it must have `performs: true`.');
  return reply;
}

function halved(context: FaultContext): Reply {
  const reply = good(context);
  const { body } = reply;
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return reply;
  const bytes = Buffer.from(body);
  return { ...reply, body: bytes.subarray(0, Math.floor(bytes.length / 2)) };
}
