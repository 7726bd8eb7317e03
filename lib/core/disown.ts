/**
 * Hears of the failure of a Promise that a user's function gave where none is waited for: such a failure would be
 * unhandled, and end the process.
 */
export function disown(value: unknown, failed: (error: unknown) => void = () => undefined): void {
  if (typeof value !== 'object' || value === null) return;
  new Promise((resolve) => resolve(value)).catch(failed);
}
