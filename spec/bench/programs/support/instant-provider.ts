import type { Provider, ProviderResponse } from 'openapi-batch';
import { answer, usage } from './items.js';

/** Work that takes no time and one turn of the event loop, for the library and its peers alike. */
export function instantAnswer(): Promise<ProviderResponse<string>> {
  return new Promise((resolve) => {
    setImmediate(() => resolve({ output: answer, usage }));
  });
}

/** `onFirst`: told when the first request is made. */
export function instantProvider(onFirst: () => void = () => undefined): Provider {
  let asked = false;
  return {
    name: 'instant',
    request: () => {
      if (!asked) onFirst();
      asked = true;
      return instantAnswer();
    },
  };
}
