import type { NativeCaps } from '../../native.js';

/**
 * Gemini batch guide and rate-limits page: 2 GB in a file, 100 batches at a time. Requests are not limited; 50,000 because a
 * batch that expires after 48 hours gives nothing back. Enqueued tokens depend on model and tier.
 */
export const geminiCaps: NativeCaps = {
  maxRequests: 50_000,
  maxBytes: 1_999_000_000,
  maxInputs: 50_000,
  maxBatches: 100,
  creationsPerHour: Infinity,
  enqueuedTokens: null,
};
