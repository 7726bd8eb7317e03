import { OptionsError } from '../../core/errors.js';
import { didYouMean } from '../nearest.js';

export type GeminiEndpointName = 'generateContent' | 'embedContent';

const names: readonly GeminiEndpointName[] = ['generateContent', 'embedContent'];

/** The endpoint of that name; default `generateContent`. Throws an OptionsError for one this library does not know. */
export function geminiEndpoint(name: string = 'generateContent'): GeminiEndpointName {
  const known = names.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  const list = names.map((candidate) => `"${candidate}"`).join(', ');
  throw new OptionsError(
    `gemini: expected "endpoint" to be one of ${list}, got ${JSON.stringify(name)}${didYouMean(name, names)}`,
  );
}
