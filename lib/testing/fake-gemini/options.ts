import type { FakeServerOptions } from '../fake-server/options.js';

export interface FakeGeminiOptions extends FakeServerOptions {
  /** Tokens of thought billed with every answer, as thinking models do; default 0. */
  readonly thoughtTokens?: number;
}
