/** A copy of a JSON object without one field. */
export function omit(record: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const copy = { ...record };
  delete copy[name];
  return copy;
}
