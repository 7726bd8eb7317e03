export { completeEvent, failedEvent, itemEvent, progressEvent, progressSnapshot } from './event-builders.js';
export type { EventPlace, FailedEventParts, ItemEventParts } from './event-builders.js';
export { geminiFaults } from './fake-gemini/gemini-faults.js';
export type { FakeGeminiOptions } from './fake-gemini/options.js';
export { startFakeGemini } from './fake-gemini/start-fake-gemini.js';
export { openaiFaults } from './fake-openai/openai-faults.js';
export { startFakeOpenAI } from './fake-openai/start-fake-openai.js';
export type { FakeOpenAIOptions } from './fake-openai/start-fake-openai.js';
export type { BatchBehaviour, BatchCounts, BatchFailure, BatchOptions, NewBatch } from './fake-server/batch-options.js';
export type { Call, Operation } from './fake-server/call.js';
export { ManualClock } from './fake-server/clock.js';
export type { FakeClock } from './fake-server/clock.js';
export { FakeServer } from './fake-server/fake-server.js';
export { afterwards } from './fake-server/fault.js';
export type { Fault, FaultContext, FaultPlan, FaultRule, LineFault } from './fake-server/fault.js';
export type { Ledger } from './fake-server/ledger.js';
export type { LedgerBatch, LedgerEntry, LedgerMemory } from './fake-server/ledger-entry.js';
export type { AnswerRequest, FakeServerOptions } from './fake-server/options.js';
export type { NewQuota, QuotaOptions } from './fake-server/quota.js';
export type { Delivery, FileSlice, Reply } from './fake-server/reply.js';
export type { NativeCallName, NativeSubject } from './native-bench.js';
export { describeNative } from './native-contract.js';
export { describeProvider } from './provider-contract.js';
export type { ContractFramework, ProviderSubject } from './provider-contract.js';
export { scriptedProvider } from './scripted-provider.js';
export type {
  Script,
  ScriptedAnswer,
  ScriptedLog,
  ScriptedProvider,
  ScriptedProviderOptions,
  ScriptedRequest,
} from './scripted-provider.js';
export { describeStore } from './store-contract/describe-store.js';
export type { OpenStore, StoreContractFramework } from './store-contract/framework.js';
