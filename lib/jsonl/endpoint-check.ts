/** What is wrong with a line that names this endpoint, or undefined. Remembers what earlier lines said. */
export type EndpointCheck = (endpoint: string | undefined, line: number) => string | undefined;

/**
 * One job has one endpoint: `required` if given, else the first OpenAI `url` settles it for all others. Lines that name
 * none go with any.
 */
export function createEndpointCheck(required?: string): EndpointCheck {
  let settled: { readonly endpoint: string; readonly line: number } | undefined;
  return (endpoint, line) => {
    if (endpoint === undefined || endpoint === required) return undefined;
    if (required !== undefined) return `is for ${endpoint}, but this job runs on ${required}; one job has one endpoint`;
    if (!endpoint.startsWith('/')) return undefined;
    settled ??= { endpoint, line };
    if (settled.endpoint === endpoint) return undefined;
    return `is for ${endpoint}, but line ${String(settled.line)} is for ${settled.endpoint}; one job has one endpoint`;
  };
}
