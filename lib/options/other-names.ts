/** What other libraries call an option of ours, without case, `-` and `_`. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ...['retries', 'maxretries', 'retry', 'retrycount', 'attempts', 'numretries'].map(
    (name) => [name, 'maxAttempts'] as const,
  ),
  ...['timeout', 'timeoutms', 'requesttimeout'].map((name) => [name, 'attemptTimeoutMs'] as const),
  ...['parallelism', 'maxconcurrency', 'maxparallel', 'workers'].map((name) => [name, 'concurrency'] as const),
  ...['rpm', 'ratelimit'].map((name) => [name, 'requestsPerMinute'] as const),
  ['tpm', 'tokensPerMinute'],
  ['database', 'db'],
  ['model', 'defaultModel'],
  ['tokencounter', 'estimateTokens'],
  ['requests', 'items'],
]);

/** Options that only one call takes; what several take is not misplaced in any. */
export const onlyTakenBy: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'new BatchClient()',
    [
      ...[
        'provider',
        'apiKey',
        'baseURL',
        'endpoint',
        'defaultModel',
        'db',
        'durability',
        'openai',
        'gemini',
        'localEcho',
      ],
      ...['store', 'log', 'estimateTokens', 'scheduler', 'random'],
    ],
  ],
  ['map()', ['items', 'jobId', 'model', 'params', 'tags', 'metadata']],
  ['resume()', ['partial']],
]);

/** The option of `known` that a name stands for elsewhere, or undefined. */
export function knownAs(name: string, known: readonly string[]): string | undefined {
  const ours = otherNames.get(name.toLowerCase().replaceAll(/[-_]/g, ''));
  return ours !== undefined && known.includes(ours) ? ours : undefined;
}

/** The call that takes an option, where it is one of the client's calls and not the one it was given to. */
export function takenBy(name: string, call: string): string | undefined {
  if (!onlyTakenBy.has(call)) return undefined;
  return [...onlyTakenBy].find(([other, names]) => other !== call && names.includes(name))?.[0];
}
