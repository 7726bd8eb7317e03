/** What never reaches a message, an event or a log. Each pattern keeps its first group and hides the rest. */
const patterns: readonly RegExp[] = [
  /\b(sk-|sess-|gsk_|xai-|AIza|ya29\.)[\w*.~+/=-]{6,}/g,
  /\b((?:Bearer|Basic)\s+)[\w*.~+/=-]{4,}/gi,
  /([?&](?:key|api[-_]?key|access_token|token|sig)=)[^&\s"'<>]+/gi,
  /((?:x-goog-api-key|api-key|x-api-key|authorization)["']?\s*[:=]\s*["']?)(?:(?:Bearer|Basic)\s+)?[^\s"',;}]+/gi,
  /(:\/\/)[^/\s:@"']+:[^/\s@"']+(?=@)/g,
];

/**
 * `text` without API keys, bearer tokens, `key=` query parameters, credentials in URLs and the given literal secrets.
 * Literals shorter than four characters are left: they would blot out ordinary words.
 */
export function redactSecrets(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    clean = clean.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
  }
  for (const pattern of patterns) clean = clean.replace(pattern, '$1[redacted]');
  return clean;
}
