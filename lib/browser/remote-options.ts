import type { SchedulerLike } from 'rxjs';
import { OptionsError } from '../core/errors.js';
import type { RemoteTransport } from './transport.js';

/** @param refused Whether the server has just refused the one given before: get a new one. */
export type TokenSource = (request: {
  readonly refused: boolean;
}) => string | undefined | PromiseLike<string | undefined>;

export interface RemoteBatchClientOptions {
  /** Where the handler of `openapi-batch/http` is mounted: `/api/batches`, or a whole URL. */
  readonly baseURL: string;
  /** Bearer token, or a function that gives it; asked before every request and at every reconnect. Default: none. */
  readonly token?: string | TokenSource | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Cookies: as of `fetch`, whose default is `'same-origin'`. */
  readonly credentials?: 'include' | 'omit' | 'same-origin' | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * In place of `fetch`: the same as Observables. In `TestScheduler.run()` a Promise never resolves; a transport made of
   * `cold('-a')` does, so that reconnects and waits are tested in virtual time.
   */
  readonly transport?: RemoteTransport | undefined;
  /**
   * Milliseconds of silence after which a connection is given up; the server is heard every 15 s. A body that goes up has a
   * second more for every 10,000 characters of it. Default 40,000.
   */
  readonly silenceMs?: number | undefined;
  /** First wait before a reconnect, in milliseconds; doubles, with full jitter. Default 500. */
  readonly backoffBaseMs?: number | undefined;
  /** Longest such wait, in milliseconds. Default 30,000. */
  readonly backoffMaxMs?: number | undefined;
  /** Clock, for tests. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Chance, for tests: gives 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const durations = ['silenceMs', 'backoffBaseMs', 'backoffMaxMs'] as const;

const known: Readonly<Record<keyof RemoteBatchClientOptions, true>> = {
  baseURL: true,
  token: true,
  headers: true,
  credentials: true,
  fetch: true,
  transport: true,
  silenceMs: true,
  backoffBaseMs: true,
  backoffMaxMs: true,
  scheduler: true,
  random: true,
};

/** Throws an OptionsError that names what is wrong. By hand: a schema library would be larger than this client. */
export function checkRemoteOptions(options: RemoteBatchClientOptions): void {
  const call = 'new RemoteBatchClient()';
  if (typeof options !== 'object' || typeof options.baseURL !== 'string') {
    throw new OptionsError(`${call}: expected "baseURL" to be the address of the handler, such as "/api/batches"`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name))
      throw new OptionsError(`${call}: unknown option "${name}"; known: ${Object.keys(known).join(', ')}`);
  }
  for (const name of durations) {
    const value = options[name];
    if (value !== undefined && !(typeof value === 'number' && value > 0))
      throw new OptionsError(
        `${call}: expected "${name}" to be a number of milliseconds above 0, got ${String(value)}`,
      );
  }
}
