import type { NativeCaps } from '../../native.js';

/** OpenAI batch guide and API description; 200 MB may mean 10^6 or 2^20, so a megabyte below the smaller. */
export const openaiCaps: NativeCaps = {
  maxRequests: 50_000,
  maxBytes: 199_000_000,
  maxInputs: 50_000,
  maxBatches: Infinity,
  creationsPerHour: 2_000,
  enqueuedTokens: null,
};

/** Azure's limits page (global-batch-limits): twice the requests, and 500 input files at a time. */
export const azureCaps: NativeCaps = { ...openaiCaps, maxRequests: 100_000, maxBatches: 500 };
