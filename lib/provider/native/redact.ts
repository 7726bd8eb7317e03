import { redactSecrets } from '../../core/redact.js';
import type { NativeOutcome, NativeResult, RemoteBatch, ResultPage } from '../native.js';
import { redactBody } from '../redact-body.js';

/** A page whose failures hold no secrets; an answer stays as it came. */
export function redactPage({ results, offset }: ResultPage, secrets: readonly string[]): ResultPage {
  return { results: results.map((result) => redactResult(result, secrets)), offset };
}

/** A batch whose faults, which become the errors of its items, hold none either. */
export function redactBatch(batch: RemoteBatch, secrets: readonly string[]): RemoteBatch {
  const faults = batch.faults.map((fault) => ({ ...fault, message: redactSecrets(fault.message, secrets) }));
  return { ...batch, faults };
}

function redactResult(result: NativeResult, secrets: readonly string[]): NativeResult {
  switch (result.kind) {
    case 'unreadable':
      return { ...result, text: redactSecrets(result.text, secrets) };
    case 'unkeyed':
      return {
        ...result,
        text: redactSecrets(result.text, secrets),
        outcome: redactOutcome(result.outcome, secrets),
      };
    default:
      return redactOutcome(result, secrets);
  }
}

function redactOutcome<T extends NativeOutcome>(outcome: T, secrets: readonly string[]): T {
  switch (outcome.kind) {
    case 'ok':
      return outcome;
    case 'unprocessed':
      return { ...outcome, message: redactSecrets(outcome.message, secrets) };
    case 'error': {
      const error = { ...outcome.error, message: redactSecrets(outcome.error.message, secrets) };
      const kept = outcome.raw === undefined ? {} : { raw: redactBody(outcome.raw, secrets) };
      return { ...outcome, error, ...kept };
    }
  }
}
