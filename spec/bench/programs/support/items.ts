import type { BatchItem } from 'openapi-batch';

const filler = 'Say in one sentence what this text is about, and in which language it was written. '.repeat(8);

/** 500 bytes, each different. */
export const promptOf = (n: number): string => `${String(n)} ${filler}`.slice(0, 500);

/** A result of 1.1 kB has this output. */
export const answer = 'A sentence of a long answer that says little. '.repeat(24).slice(0, 1_000);

export const usage = { inputTokens: 125, outputTokens: 250 };

export const itemIdOf = (n: number): string => `item-${String(n).padStart(8, '0')}`;

export function* makeItems(count: number, withIds = true): Generator<BatchItem> {
  for (let n = 1; n <= count; n++) {
    const input = { prompt: promptOf(n) };
    yield withIds ? { itemId: itemIdOf(n), input } : { input };
  }
}
