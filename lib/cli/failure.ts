/** A mistake of the command line's own, in one sentence for stderr, with the exit code it means. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    /** 2: usage or bad input; 3: the job could not go on. */
    readonly exitCode: 2 | 3 = 2,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The second signal: nothing is waited for any longer, not even the client's orderly end. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}
