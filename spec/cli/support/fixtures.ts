import type { JobInfo } from '../../../lib/core/job.js';
import { openPacing, type Progress } from '../../../lib/core/progress.js';

/** A job on its way: 120 of 2,000 done. */
export const progress: Progress = {
  mode: 'emulated',
  status: 'running',
  reason: null,
  total: 2_000,
  totalKnown: true,
  done: 120,
  ok: 117,
  failed: 3,
  inFlight: 50,
  pending: 1_830,
  tokens: { input: 12_345, output: 678 },
  cost: null,
  rate: { itemsPerMinute: 800, requestsPerMinute: 840, tokensPerMinute: 12_345 },
  etaMs: 80_000,
  pacing: openPacing,
};

export const info: JobInfo = {
  jobId: 'j',
  status: 'paused',
  reason: null,
  provider: 'openai',
  endpoint: '/v1/chat/completions',
  baseURL: null,
  ownProvider: false,
  model: 'gpt-4o-mini',
  mode: 'auto',
  runMode: 'emulated',
  modeReason: '',
  total: 2_000,
  inputComplete: true,
  ok: 117,
  failed: 3,
  pending: 1_880,
  tokens: { input: 12_345, output: 678 },
  createdAt: 0,
  updatedAt: 0,
  tags: [],
  metadata: null,
  owner: null,
  pacing: null,
  notes: {},
};
