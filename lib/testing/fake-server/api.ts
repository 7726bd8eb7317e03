import type { IncomingMessage } from 'node:http';
import type { Call, Operation } from './call.js';
import type { Reply } from './reply.js';

/** What a handler gets besides the call. */
export interface RouteContext {
  readonly call: Call;
  /** Named groups of the route's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Unread where the route is an upload. */
  readonly incoming: IncomingMessage;
}

export interface Route {
  readonly method: string;
  /** Matched against the path without its query. */
  readonly pattern: RegExp;
  readonly operation: Operation;
  /** A query parameter that must be there. */
  readonly query?: string;
  /** The handler reads the body itself, as a stream. */
  readonly upload?: boolean;
  handle(context: RouteContext): Reply | Promise<Reply>;
}

/** What makes a fake server a certain provider's. */
export interface FakeApi {
  readonly routes: readonly Route[];
  /** A 401 (or 403), or undefined to let the call in. */
  authorise(incoming: IncomingMessage, path: string): Reply | undefined;
  /** Charges the quotas for an ordinary request, or refuses it. */
  admit(context: RouteContext): Reply | undefined;
  /** Headers of every answer. */
  headers(call: Call): Record<string, string>;
  notFound(method: string, path: string): Reply;
  /** For a body that is no JSON. */
  malformed(reason: string): Reply;
}
