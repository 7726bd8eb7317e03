/** More than any id that was seen; Gemini's longest have some 150 characters. */
const mostCharacters = 1_000;

/** A provider's id of a batch or file where it can stand in a URL, else undefined: asking for any other would never end. */
export function remoteId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > mostCharacters || !value.isWellFormed())
    return undefined;
  // The SDKs refuse segments that lead elsewhere.
  return /\p{Cc}|(^|\/)\.{1,2}($|\/)/u.test(value) ? undefined : value;
}
