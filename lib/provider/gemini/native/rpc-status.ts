/** HTTP statuses and names of google.rpc.Code, which operations and lines carry as a number. */
const codes: readonly (readonly [string, number])[] = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
];

export interface RpcStatus {
  readonly name: string;
  readonly http: number;
}

/** What a number means; some answers have the HTTP status in its place. */
export function rpcStatus(code: unknown): RpcStatus {
  const number = Number(code ?? 2);
  if (number >= 400) return { name: codes.find(([, http]) => http === number)?.[0] ?? 'UNKNOWN', http: number };
  const [name, http] = codes[number] ?? ['UNKNOWN', 500];
  return { name, http };
}
