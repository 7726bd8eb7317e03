/** Numbers that JSON can hold, at least one. */
export function isVector(values: unknown): values is readonly number[] {
  return Array.isArray(values) && values.length > 0 && values.every(Number.isFinite);
}
