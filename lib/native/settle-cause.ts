import type { ItemError } from '../core/result.js';
import type { BatchFault, RemoteBatch } from '../provider/native.js';
import type { SettleCause } from '../store/shard-store.js';

/** Items go back and nothing is counted: nobody got to them, and it was nobody's fault. */
export const putBack: SettleCause = { error: null, final: false, culprits: [], note: null };

/** No batch of these lines can pass. */
export function rejected(error: ItemError): SettleCause {
  return { error, final: true, culprits: [], note: null };
}

/** The batch is not there any more. */
export function vanished(message: string): SettleCause {
  const error: ItemError = {
    code: 'missing',
    message: `The batch this item was in is gone: ${message}`,
    retryable: true,
  };
  return { error, final: false, culprits: [], note: 'missingLines' };
}

/** More than these are not worth keeping: the rest turn up when the others are sent again. */
const mostCulprits = 1_000;

/**
 * What the items get that a batch left without an answer. `ordinalOf` finds the item of a fault; `cancelled`: it was ended on
 * our own request.
 */
export function settleCause(
  { status, said, faults }: Pick<RemoteBatch, 'status' | 'said' | 'faults'>,
  cancelled: boolean,
  ordinalOf: (fault: BatchFault) => number | undefined,
): SettleCause {
  if (cancelled && status !== 'failed') return putBack;
  switch (status) {
    case 'failed':
      return faultCause(said, faults, ordinalOf);
    case 'expired':
      return {
        ...counted('expired', 'The batch expired before the provider got to this item'),
        note: 'expiredItems',
      };
    case 'cancelled':
      return counted('cancelled', 'The batch was cancelled at the provider before it got to this item');
    default:
      return { ...counted('missing', 'The batch ended without an answer to this item'), note: 'missingLines' };
  }
}

function counted(code: ItemError['code'], message: string): SettleCause {
  return { error: { code, message, retryable: true }, final: false, culprits: [], note: null };
}

/** Named lines fail with the provider's words and the others go back, as all do for a quota; else everybody's attempt has failed. */
function faultCause(
  said: string,
  faults: readonly BatchFault[],
  ordinalOf: (fault: BatchFault) => number | undefined,
): SettleCause {
  const culprits = faults
    .filter(({ kind }) => kind === 'line')
    .slice(0, mostCulprits)
    .flatMap((fault) => {
      const ordinal = ordinalOf(fault);
      return ordinal === undefined ? [] : [{ ordinal, error: faultError(fault) }];
    });
  if (culprits.length > 0) return { error: null, final: false, culprits, note: null };
  if (faults.some(({ kind }) => kind === 'quota')) return putBack;
  const [fault] = faults;
  const error: ItemError =
    fault === undefined
      ? { code: 'server_error', message: `The provider gave the batch up: ${said}`, retryable: true }
      : faultError(fault);
  return { error, final: false, culprits: [], note: null };
}

function faultError({ code, message }: BatchFault): ItemError {
  return { code: 'invalid_request', message: `${code}: ${message}`, retryable: false };
}
