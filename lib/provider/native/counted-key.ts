/** What the id of a line says: whose line it is and, of embeddings, how many vectors it must have. */
export interface CountedKey {
  readonly key: string;
  /** Length of an embedding request's array of inputs; undefined where the input is a single one. */
  readonly inputs: number | undefined;
}

const suffix = /_n(\d+)$/;

/**
 * One vector or an array with one vector: the answer to an embedding does not say which was asked for, and the request is
 * not at hand when results are read. So an array's length goes into the id; `_n0` guards keys that happen to end like that.
 */
export function toCountedKey({ key, inputs }: CountedKey): string {
  if (inputs !== undefined) return `${key}_n${inputs}`;
  return suffix.test(key) ? `${key}_n0` : key;
}

export function readCountedKey(id: string): CountedKey {
  const match = suffix.exec(id);
  if (match === null) return { key: id, inputs: undefined };
  const inputs = Number(match[1]);
  return { key: id.slice(0, match.index), inputs: inputs === 0 ? undefined : inputs };
}
