import { json, type Reply } from '../fake-server/reply.js';

/** Google's names of HTTP statuses. */
const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Google's numbers of the same, as operations and batch lines carry them. */
export const rpcCodes = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  internal: 13,
} as const;

/** Google's number for an HTTP status. */
export function rpcCodeOf(status: number): number {
  const codes: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 503: 14, 504: 4 };
  return codes[status] ?? rpcCodes.internal;
}

export type Detail = Readonly<Record<string, unknown>> & { readonly '@type': string };

/** An answer with Google's error body. */
export function geminiError(status: number, message: string, details: readonly Detail[] = []): Reply {
  const error = {
    code: status,
    message,
    status: statusNames[status] ?? 'UNKNOWN',
    ...(details.length > 0 && { details }),
  };
  return json(status, { error });
}

export function invalidArgument(message: string): Reply {
  return geminiError(400, message);
}

export function noSuchModel(model: string, method: string): Reply {
  const advice = 'Call ListModels to see the list of available models and their supported methods.';
  return geminiError(
    404,
    `models/${model} is not found for API version v1beta, or is not supported for ${method}. ${advice}`,
  );
}

export function invalidKey(): Reply {
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'API_KEY_INVALID',
    domain: 'googleapis.com',
  };
  return geminiError(400, 'API key not valid. Please pass a valid API key.', [info]);
}
