/** Names in lower case, as undici's `parseHeaders` has them. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The headers of an answer as API clients read them: those of `Headers` that do not change anything, in the same order and
 * form. Making a `Headers` of twenty of them takes as long as the rest of an answer.
 */
export function answerHeaders(raw: RawHeaders): Headers {
  const headers: HeadersLike = new AnswerHeaders(raw);
  return headers;
}

type HeadersLike = Pick<Headers, keyof Headers>;

class AnswerHeaders implements HeadersLike {
  // Private to the runtime, too: a client that lists the fields of an object for its log finds none.
  readonly #raw: RawHeaders;

  constructor(raw: RawHeaders) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    const key = name.toLowerCase();
    return this.has(key) ? combined(this.#raw[key]) : null;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#raw, name.toLowerCase());
  }

  getSetCookie(): string[] {
    return [this.#raw['set-cookie'] ?? []].flat().map((cookie) => cookie.trim());
  }

  *entries(): IterableIterator<[string, string]> {
    for (const name of Object.keys(this.#raw).sort()) {
      if (name === 'set-cookie') for (const cookie of this.getSetCookie()) yield [name, cookie];
      else yield [name, combined(this.#raw[name])];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value;
  }

  forEach(visit: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) visit.call(self, value, name, this);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  append(): never {
    throw immutable();
  }

  set(): never {
    throw immutable();
  }

  delete(): never {
    throw immutable();
  }
}

function combined(value: string | readonly string[] | undefined): string {
  if (typeof value === 'string') return value.trim();
  return (value ?? []).map((part) => part.trim()).join(', ');
}

/** As fetch says it of an answer's headers. */
function immutable(): TypeError {
  return new TypeError('immutable');
}
