import type { ItemErrorCode } from '../../core/result.js';
import { readFailure } from '../failure.js';
import type { NativeCapability, NativeVerdict } from '../native.js';
import { neverConnected } from '../never-connected.js';
import type { Verdict } from '../provider.js';
import { unwrapStep } from './step-error.js';

export type NativeCall = Parameters<NativeCapability['classify']>[1];

/** What a provider knows of an error of a native call. */
export interface NativeJudgement {
  /** As for an ordinary request. */
  readonly classify: (error: unknown) => Verdict;
  /** Whether it says that the batch or file it is about does not exist. */
  readonly isGone: (error: unknown, call: NativeCall | 'upload') => boolean;
}

/** The request cannot have reached the server. */
const isNeverSent = (entry: string): boolean => neverConnected.has(entry) || /CERT/.test(entry);

/** Failures of an ordinary request that say that the provider is away. */
const silent: ReadonlySet<ItemErrorCode> = new Set(['network', 'timeout', 'server_error']);

/**
 * The verdict on a native call, from the one on an ordinary request. A create is only said to have failed where the server
 * said so, or was not reached: anything else (no answer, a 5xx, an answer that cannot be read) leaves a batch possible that
 * is paid for.
 */
export function nativeVerdict(thrown: unknown, call: NativeCall, judgement: NativeJudgement): NativeVerdict {
  const { step, error } = unwrapStep(thrown);
  const verdict = judgement.classify(error);
  const { status, trail } = readFailure(error);
  const { message } = verdict.error;
  if (judgement.isGone(error, step === 'upload' ? 'upload' : call)) return { kind: 'gone', message };

  const wait = 'waitMs' in verdict ? { waitMs: verdict.waitMs } : {};
  const creating = call === 'submit' && step !== 'upload';
  const unsure = verdict.kind === 'retry' || (status !== undefined && (status >= 500 || status === 408));
  if (unsure) {
    const possible = creating && !trail.some(isNeverSent);
    const known = verdict.kind === 'retry' && silent.has(verdict.error.code) ? { unanswered: true } : {};
    return possible ? { kind: 'ambiguous', message, ...known } : { kind: 'retry', message, ...wait, ...known };
  }
  switch (verdict.kind) {
    case 'rate_limited':
      return { kind: creating ? 'quota' : 'retry', message, ...wait };
    case 'stop':
      // What is paid for is fetched all the same: an empty account is no reason to give it up.
      if (status === 429 && call !== 'submit') return { kind: 'retry', message };
      return { kind: 'stop', status: verdict.status, code: stopCode(verdict.code), error: verdict.error, ...wait };
    default:
      return { kind: 'fail', error: verdict.error };
  }
}

function stopCode(code: string): Extract<NativeVerdict, { kind: 'stop' }>['code'] {
  return code === 'quota_exhausted' || code === 'daily_quota' || code === 'invalid_options' ? code : 'auth';
}
