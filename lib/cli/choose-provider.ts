import type { KnownProvider } from './command.js';
import { CommandFailure } from './failure.js';

export interface ProviderChoice {
  readonly provider: KnownProvider;
  /** Of the job; undefined where the provider has only one. */
  readonly endpoint: string | undefined;
}

export interface ProviderHints {
  /** `--provider`. */
  readonly provider?: KnownProvider | undefined;
  /** `--endpoint`. */
  readonly endpoint?: string | undefined;
  /** What the first line of the input is written for, if it says. */
  readonly lineEndpoint?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const defaultEndpoints: Readonly<Record<KnownProvider, string | undefined>> = {
  openai: '/v1/chat/completions',
  gemini: 'generateContent',
  local_echo: undefined,
};

/** The provider and endpoint a run means: what was asked for, else what the first line is written for, else whose key is there. */
export function chooseProvider({ provider, endpoint, lineEndpoint, env }: ProviderHints): ProviderChoice {
  const chosen = provider ?? ownerOf(endpoint) ?? ownerOf(lineEndpoint) ?? byKey(env);
  const fromLine = ownerOf(lineEndpoint) === chosen ? lineEndpoint : undefined;
  return {
    provider: chosen,
    endpoint: chosen === 'local_echo' ? undefined : (endpoint ?? fromLine ?? defaultEndpoints[chosen]),
  };
}

/** OpenAI's endpoints are paths, Gemini's are method names. */
function ownerOf(endpoint: string | undefined): KnownProvider | undefined {
  if (endpoint === undefined) return undefined;
  return endpoint.startsWith('/') ? 'openai' : 'gemini';
}

function byKey(env: Readonly<Record<string, string | undefined>>): KnownProvider {
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  const keys = [has('OPENAI_API_KEY'), has('GEMINI_API_KEY')];
  if (keys[0] === true && keys[1] !== true) return 'openai';
  if (keys[1] === true && keys[0] !== true) return 'gemini';
  const why =
    keys[0] === true
      ? 'OPENAI_API_KEY and GEMINI_API_KEY are both set'
      : 'neither OPENAI_API_KEY nor GEMINI_API_KEY is set';
  throw new CommandFailure(
    `choose a provider with --provider openai, gemini or local_echo (which needs no key): ${why}`,
  );
}
