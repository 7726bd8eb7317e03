import type { BatchErrorCode } from '../core/errors.js';

/** Why a run ends before its work does. */
export type StopRequest =
  | { readonly kind: 'cancel' }
  | {
      readonly kind: 'stop';
      readonly status: 'paused' | 'failed';
      readonly code: BatchErrorCode;
      readonly message: string;
      /** Epoch milliseconds, by the scheduler's clock, from which on going on has a chance; where that is known. */
      readonly until?: number;
    };
