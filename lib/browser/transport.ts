import type { Observable } from 'rxjs';

/** One HTTP request, as the client means it. */
export interface RemoteRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parts of one text. */
  readonly body?: readonly string[];
}

export interface RemoteResponse {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** The body as it comes, decoded; cold, to be read once. Unsubscribing aborts what is still to come. */
  readonly text$: Observable<string>;
}

/**
 * Sends a request; emits the response once its headers are there, or errors where there is none (no connection). Nothing
 * above this port is a Promise, so that marble tests drive reconnects, timeouts and backoff in virtual time.
 */
export type RemoteTransport = (request: RemoteRequest) => Observable<RemoteResponse>;
