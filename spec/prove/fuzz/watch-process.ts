/** Notices what would have ended the process, and pollution of the prototype everything has. */
export function watchProcess(): { check(): void; stop(): void } {
  const caught: unknown[] = [];
  const note = (error: unknown): void => void caught.push(error);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  return {
    check: () => {
      const [error] = caught.splice(0);
      if (error !== undefined) throw new Error('the process would have ended', { cause: error });
      if ('polluted' in {}) throw new Error('Object.prototype was polluted');
    },
    stop: () => void process.off('uncaughtException', note).off('unhandledRejection', note),
  };
}
