import { throwError } from 'rxjs';
import { defaultClassify } from '../default-classify.js';
import type { Provider } from '../provider.js';

export interface GeminiProviderOptions {
  readonly apiKey?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly defaultModel?: string | undefined;
}

export function gemini(options: GeminiProviderOptions = {}): Provider {
  return {
    name: 'gemini',
    endpoint: options.endpoint ?? 'generateContent',
    request: () => throwError(() => new Error('not built yet')),
    classify: defaultClassify,
  };
}
