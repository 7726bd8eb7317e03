import { salvageAdvice } from './damage.js';

/** What the library says to programs, and what it means to somebody who typed a command. */
const translations: readonly (readonly [api: RegExp, words: string])[] = [
  [/, or pass the option "apiKey"/, ''],
  [
    /set "model" on the item, the job or in the body, or "defaultModel" on the client/,
    'give --model, or "model" on the line',
  ],
  [/more than maxFailures \((\d+)\)/, 'more than --max-failures $1'],
  [/more than maxFailureRate \(([\d.]+)\)/, 'more than --max-failure-rate $1'],
  [salvageAdvice, ''],
  // Commands say how to go on in their own way.
  [/; go on with (the same map|client\.resume)\(.*$/s, ''],
];

/** A message of the library in the words of the command line; one it does not know stays as it is. */
export function inCommandWords(message: string): string {
  return translations.reduce((text, [api, words]) => text.replace(api, words), message);
}
