import type { RequestContext } from '../provider/provider.js';

/** Makes its controller when the signal is asked for: a provider that needs none does not pay for one. */
export class AttemptContext implements RequestContext {
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(
    readonly jobId: string,
    readonly attempt: number,
    readonly timeoutMs: number,
  ) {}

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
