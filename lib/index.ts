export { BatchClient } from './client/batch-client.js';
export type { BatchClientApi, CloseOptions, PruneOptions } from './client/client-api.js';
export { BatchError, OptionsError, isBatchError } from './core/errors.js';
export type { BatchErrorCode } from './core/errors.js';
export type { BatchEvent, BatchEventType, CompleteEvent, ItemEvent, ProgressEvent } from './core/events.js';
export type { BatchItem, PromptInput, ResolvedItem } from './core/item.js';
export type { JobInfo, JobStatus, Mode, RunMode, StopReason } from './core/job.js';
export type { PacedLimit, PacingState, Progress, ShardProgress } from './core/progress.js';
export type { ItemError, ItemErrorCode, Result, ResultErr, ResultOk, Usage } from './core/result.js';
export type { BatchJob, EventsOptions, ForEachOptions, ResultsOptions, RetryOptions } from './job/batch-job.js';
export { readJsonl } from './jsonl/read-jsonl.js';
export { filterFailed, filterOk } from './operators/filter-results.js';
export { latestProgress } from './operators/latest-progress.js';
export { mapBatch } from './operators/map-batch.js';
export type { MapBatchOptions } from './operators/map-batch.js';
export { DONE, IDLE, mergePull } from './operators/merge-pull.js';
export type { MergePullOptions, PullSource } from './operators/merge-pull.js';
export { ofType } from './operators/of-type.js';
export { persistTo } from './operators/persist-to.js';
export type { Journal, PersistOptions } from './operators/persist-to.js';
export { rateLimit } from './operators/rate-limit.js';
export type { RateLimitOptions } from './operators/rate-limit.js';
export { rateLimiter } from './operators/rate-limiter.js';
export type { RateLimiter, RateLimiterOptions } from './operators/rate-limiter.js';
export { retryWithBackoff } from './operators/retry-with-backoff.js';
export type { RetryWithBackoffOptions } from './operators/retry-with-backoff.js';
export type { BatchClientOptions } from './options/client-options.js';
export type {
  CallbackExecutor,
  CallbackJob,
  Callbacks,
  ItemSource,
  MapOptions,
  ResumeOptions,
} from './options/map-options.js';
export type { RunOptions } from './options/run-options.js';
export { localEcho } from './provider/echo/local-echo.js';
export type { LocalEchoOptions } from './provider/echo/local-echo.js';
export { gemini } from './provider/gemini/gemini.js';
export type { GeminiProviderOptions } from './provider/gemini/gemini.js';
export { openai } from './provider/openai/openai.js';
export type { OpenAIProviderOptions } from './provider/openai/openai.js';
export type {
  LimitObservation,
  LimitReading,
  Provider,
  ProviderResponse,
  RequestContext,
  Verdict,
} from './provider/provider.js';
export { failureVerdict, ProviderError } from './provider/provider-error.js';
export { sqliteStore } from './store/sqlite/sqlite-store.js';
export type { SqliteStoreOptions } from './store/sqlite/sqlite-store.js';
export type { BatchStore } from './store/store.js';
