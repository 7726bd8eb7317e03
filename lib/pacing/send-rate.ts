/** How fast requests were let go lately: two marks, the older one to 2 to 4 s back. */
export class SendRate {
  #before = { at: 0, count: 0 };
  #since: { readonly at: number; readonly count: number } | undefined;

  note(now: number, count: number): void {
    if (this.#since === undefined) this.startedAt = now;
    if (this.#since === undefined) this.#before = this.#since = { at: now, count: count - 1 };
    else if (now - this.#since.at >= 2_000) {
      this.#before = this.#since;
      this.#since = { at: now, count: count - 1 };
    }
  }

  /** When the first request was let go. */
  startedAt = 0;

  /** Per millisecond; undefined before a second is over: a first burst is no rate. */
  perMs(now: number, count: number): number | undefined {
    const spanMs = now - this.#before.at;
    return spanMs < 1_000 ? undefined : (count - this.#before.count) / spanMs;
  }
}
