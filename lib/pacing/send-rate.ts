/** A mark is set so often; without a request for twice as long, what was before is past. */
const markMs = 2_000;

/** How fast requests were let go lately: by two marks, the older one 2 to 4 s back. */
export class SendRate {
  #before = { at: 0, count: 0 };
  #since: { readonly at: number; readonly count: number } | undefined;
  #lastAt = 0;
  /** When the first request was let go. */
  startedAt = 0;

  note(now: number, count: number): void {
    if (this.#since === undefined) this.startedAt = now;
    if (this.#since === undefined || now - this.#lastAt > 2 * markMs) {
      this.#before = this.#since = { at: now, count: count - 1 };
    } else if (now - this.#since.at >= markMs) {
      this.#before = this.#since;
      this.#since = { at: now, count: count - 1 };
    }
    this.#lastAt = now;
  }

  /** Per millisecond; undefined before a second is over: a first burst is no rate. */
  perMs(now: number, count: number): number | undefined {
    const spanMs = now - this.#before.at;
    return spanMs < 1_000 ? undefined : (count - this.#before.count) / spanMs;
  }
}
