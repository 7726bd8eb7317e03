/**
 * Requests under way and results not yet durable, at most, at the same time: what a killed process does again. A lane that is
 * answered goes on before its result is written, so that results share a transaction: up to as many of them as there are lanes,
 * and more where fewer lanes are at work.
 */
export const maxAtRisk = (concurrency: number): number => 2 * concurrency - 1;
