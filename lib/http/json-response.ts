export function jsonResponse(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const body = new TextEncoder().encode(JSON.stringify(value));
  // With its length: whoever is still sending a body knows when our answer is whole.
  const length = { 'content-length': String(body.length) };
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...length, ...headers } });
}
