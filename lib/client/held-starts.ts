import type { StartOptions } from './job-runner.js';

/** How each job was last started in this client, and what is left of its input. */
export class HeldStarts {
  readonly #starts = new Map<string, StartOptions>();

  get(jobId: string): StartOptions | undefined {
    return this.#starts.get(jobId);
  }

  /** An input that no later run will read is told so. */
  replace(jobId: string, options: StartOptions | undefined): void {
    for (const intake of this.#starts.get(jobId)?.intakes ?? []) {
      if (options?.intakes.includes(intake) !== true) intake.close();
    }
    if (options === undefined) this.#starts.delete(jobId);
    else this.#starts.set(jobId, options);
  }

  /** What a finished reading remembers of its items is no longer needed. */
  forgetRead(jobId: string): void {
    const start = this.#starts.get(jobId);
    if (start?.intakes.every((intake) => intake.ended || intake.closed) === true) {
      this.#starts.set(jobId, { ...start, intakes: [] });
    }
  }

  closeAll(): void {
    for (const { intakes } of this.#starts.values()) for (const intake of intakes) intake.close();
  }
}
