import { messageOf } from '../../core/errors.js';
import { tidyMessage } from '../failure.js';

/** What a submission consists of. Only of a create is it ever unknown whether it happened: an upload alone costs nothing. */
export type SubmitStepName = 'upload' | 'create';

/** An error of one step of a submission. */
export class StepError extends Error {
  override readonly name = 'StepError';

  constructor(
    readonly step: SubmitStepName,
    cause: unknown,
    secrets: readonly string[],
  ) {
    super(`${step}: ${tidyMessage(messageOf(cause), secrets)}`, { cause });
  }
}

/** Runs a step, and says of its error which it was. */
export async function inStep<T>(
  step: SubmitStepName,
  secrets: readonly string[],
  run: () => PromiseLike<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new StepError(step, error, secrets);
  }
}

/** The step an error comes from, if it tells, and the error itself. */
export function unwrapStep(error: unknown): { readonly step: SubmitStepName | undefined; readonly error: unknown } {
  return error instanceof StepError ? { step: error.step, error: error.cause } : { step: undefined, error };
}
