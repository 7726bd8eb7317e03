/**
 * Requests under way and outcomes (results, failed attempts) not durable yet, at most, together: what a killed process does again.
 * A lane that is answered goes on before its outcome is written, so that outcomes share a transaction. No lane waits for longer
 * than a commit: while one waits, at least `concurrency` outcomes are to be written, and so many are not kept for a rest.
 */
export const maxAtRisk = (concurrency: number): number => 2 * concurrency - 1;
