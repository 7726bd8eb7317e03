/**
 * Primary keys of items carry their job: `job * 2^32 + ordinal`. So a job's items are one range of the table in input
 * order, and claims, deletion and joins need no index. Exact up to two million jobs of four thousand million items.
 */
const span = 2 ** 32;

export const itemKey = (job: number, ordinal: number): number => job * span + ordinal;
export const ordinalOf = (key: number): number => key % span;
export const jobOf = (key: number): number => Math.floor(key / span);
export const firstKey = (job: number): number => job * span;
export const lastKey = (job: number): number => job * span + (span - 1);
