import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FakeApi, Route, RouteContext } from './api.js';
import type { Call, Operation } from './call.js';
import type { FakeClock } from './clock.js';
import { deliver } from './deliver.js';
import type { FaultChooser } from './fault-plan.js';
import { bodyKey, textKey } from './hashing.js';
import { drain, findRoute, type FoundRoute, parseJson, readText } from './incoming.js';
import type { Ledger } from './ledger.js';
import type { LedgerEntry } from './ledger-entry.js';
import { closed, faulted, type Outcome, whole } from './outcome.js';
import type { Reply } from './reply.js';

export interface ExchangeParts {
  readonly api: FakeApi;
  readonly ledger: Ledger;
  readonly chooser: FaultChooser;
  readonly clock: FakeClock;
  readonly latencyMs: (n: number) => number;
  /** Aborted when the server closes. */
  readonly signal: AbortSignal;
  /** Resolves once the server is not paused. */
  readonly ready: () => Promise<void>;
}

/** Takes one HTTP request through the server: authorisation, quota, faults, work, delivery; and writes the ledger. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #counts = new Map<Operation, number>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { api, ledger, signal, ready } = this.#parts;
    const at = this.#parts.clock.now();
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const method = incoming.method ?? 'GET';
    const found = findRoute(api.routes, method, url);
    const text = found?.route.upload ? '' : await readText(incoming);
    const context = this.#context(incoming, url, method, text, found);
    const { call } = context;
    const entry = ledger.begin({ at, operation: call.operation, method, path: call.path, key: call.key, body: text });
    let gone = false;
    try {
      if (found?.route.upload !== true) await ready();
      signal.throwIfAborted();
      const { reply, delivery } = await this.#outcome(context, found?.route, entry);
      ledger.answer(entry, reply?.status ?? 0);
      const headers = { ...api.headers(call), ...reply?.headers };
      gone = response.destroyed;
      await deliver(response, { status: 200, body: '', ...reply, headers }, delivery, signal);
      await closed(response, delivery);
    } finally {
      ledger.close(entry, response.writableFinished && !gone);
    }
  }

  #context(
    incoming: IncomingMessage,
    url: URL,
    method: string,
    text: string,
    found: FoundRoute | undefined,
  ): RouteContext {
    const { ledger, chooser } = this.#parts;
    const operation = found?.route.operation ?? 'unknown';
    const n = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, n);
    const path = url.pathname + url.search;
    const body = parseJson(text);
    const key =
      ledger.needsKeys || chooser.active ? (text === '' ? textKey(`${method} ${path}`) : bodyKey(body ?? text)) : '';
    const call: Call = { operation, method, path, key, n, attempt: chooser.attempt(operation, key), body, text };
    return { call, params: found?.params ?? {}, query: url.searchParams, incoming };
  }

  async #outcome(context: RouteContext, route: Route | undefined, entry: LedgerEntry): Promise<Outcome> {
    const { api, chooser, clock, latencyMs, signal } = this.#parts;
    const { call } = context;
    const refusal = this.#refusal(context, route);
    const fault = route && !refusal ? chooser.choose(call) : undefined;
    // An upload that nobody will read is taken in first, or its sender would see a broken pipe instead of the answer.
    if (route?.upload && (refusal ?? fault?.reply) && !fault?.performs) await drain(context.incoming);
    if (!route || refusal) return { reply: refusal ?? api.notFound(call.method, call.path), delivery: whole };

    if (fault) entry.fault = fault.name;
    const wait = call.operation === 'request' ? latencyMs(call.n) : 0;
    if (wait > 0) await delay(wait, undefined, { signal });
    const good = !fault || fault.performs ? await this.#work(context, route, entry) : undefined;
    return faulted(fault, good, call, clock.now());
  }

  /** What is refused before any work: a wrong key, a body that is no JSON, a spent quota. */
  #refusal(context: RouteContext, route: Route | undefined): Reply | undefined {
    const { api } = this.#parts;
    const { call, incoming } = context;
    const refusal = api.authorise(incoming, call.path);
    if (refusal || !route) return refusal;
    if (call.operation !== 'request') return undefined;
    return call.body === undefined ? api.malformed('the body is no JSON') : api.admit(context);
  }

  async #work(context: RouteContext, route: Route, entry: LedgerEntry): Promise<Reply> {
    const good = await route.handle(context);
    if (good.billed === true) this.#parts.ledger.bill(entry, good.tokens ?? 0);
    return good;
  }
}
