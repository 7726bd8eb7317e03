import type { BatchItem } from 'openapi-batch';

/** One item of a quota trial; every client makes the request of it that its library would. */
export interface QuotaItem {
  readonly itemId: string;
  readonly prompt: string;
  /** Output limit, where it is what the charge goes by. */
  readonly maxTokens: number | undefined;
}

export interface ItemsOptions {
  readonly items: number;
  /** Tokens each item is charged, from and to; none: short prompts without an output limit. */
  readonly tokens?: readonly [number, number] | undefined;
  /** Items alternate in blocks of so many between the lower and the upper half of the range. */
  readonly block?: number | undefined;
}

/** The same items every time, in an order without a pattern other than the blocks. */
export function quotaItems({ items, tokens, block }: ItemsOptions): QuotaItem[] {
  const random = randomFrom(7);
  return Array.from({ length: items }, (_, n) => {
    const itemId = `item-${String(n + 1).padStart(6, '0')}`;
    if (tokens === undefined) return { itemId, prompt: padded(itemId, 200), maxTokens: undefined };
    const [from, to] = block === undefined ? tokens : half(tokens, Math.floor(n / block) % 2 === 1);
    const charge = Math.round(from + (to - from) * random());
    // Half of them are charged for what they say, half for what they may be answered.
    return n % 2 === 0
      ? { itemId, prompt: padded(itemId, charge * 4), maxTokens: undefined }
      : { itemId, prompt: padded(itemId, 200), maxTokens: charge };
  });
}

export function toBatchItem({ itemId, prompt, maxTokens }: QuotaItem): BatchItem {
  return { itemId, input: { prompt }, ...(maxTokens === undefined ? {} : { params: { max_tokens: maxTokens } }) };
}

/** The body as written by hand. */
export function toBody({ prompt, maxTokens }: QuotaItem) {
  const messages = [{ role: 'user' as const, content: prompt }];
  return { model: 'bench', messages, ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }) };
}

/** A prompt that is charged the same by its characters alone, for a client that has no output limit for a single call. */
export function toPrompt({ itemId, prompt, maxTokens }: QuotaItem): string {
  return maxTokens === undefined ? prompt : padded(itemId, maxTokens * 4);
}

/** Repeatable random numbers, 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function half([from, to]: readonly [number, number], upper: boolean): readonly [number, number] {
  const middle = (from + to) / 2;
  return upper ? [middle, to] : [from, middle];
}

function padded(itemId: string, characters: number): string {
  return `${itemId} ${'what is to be summarised. '.repeat(Math.ceil(characters / 26))}`.slice(0, characters);
}
