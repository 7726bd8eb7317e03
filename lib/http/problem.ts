import { isBatchError, type BatchErrorCode } from '../core/errors.js';
import { jsonResponse } from './json-response.js';
import type { WireProblem, WireProblemCode } from './wire.js';

export interface ProblemOptions {
  readonly errors?: WireProblem['errors'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is an error: thrown anywhere below the handler, written once, at its edge. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly code: BatchErrorCode | WireProblemCode,
    /** One sentence for whoever asked. Nothing of the server's own: no paths, no addresses. */
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(detail);
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/** What the library's own errors are to somebody who asks from afar. What is missing here is the server's fault: 500. */
const statuses: Partial<Record<BatchErrorCode, number>> = {
  invalid_options: 400,
  invalid_item: 400,
  duplicate_item: 400,
  input_failed: 400,
  item_conflict: 409,
  job_conflict: 409,
  job_busy: 409,
  job_not_found: 404,
  client_closed: 503,
  store_locked: 503,
  sdk_missing: 503,
  missing_api_key: 503,
  disk_full: 507,
};

/** Details of errors whose own words name files or the server's set-up. */
const discreet: Partial<Record<BatchErrorCode, string>> = {
  job_not_found: 'There is no such job',
  client_closed: 'The server is going down',
  store_locked: 'The database is busy; try again',
  sdk_missing: 'The server is not set up to run jobs',
  missing_api_key: 'The server is not set up to run jobs',
  disk_full: 'The server has no room left',
};

/** Anything thrown, as the answer to it. What is nobody's business becomes "Something went wrong". */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!isBatchError(error)) return new Problem(500, 'internal', 'Something went wrong on the server');
  const status = statuses[error.code] ?? 500;
  const detail = discreet[error.code] ?? (status === 500 ? 'Something went wrong on the server' : error.message);
  return new Problem(status, error.code, detail, status === 503 ? { headers: { 'retry-after': '1' } } : {});
}

export function problemResponse({ status, code, detail, options }: Problem): Response {
  const { errors, headers } = options;
  const title = titles[status] ?? 'Error';
  const body: WireProblem = { type: 'about:blank', title, status, detail, code, ...(errors && { errors }) };
  return jsonResponse(body, status, { 'content-type': 'application/problem+json', ...headers });
}
