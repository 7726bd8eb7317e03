import type { SchedulerLike } from 'rxjs';
import { asyncScheduler, defer, map, of, timer } from 'rxjs';
import type { ResolvedItem } from '../../core/item.js';
import { defaultClassify } from '../default-classify.js';
import { countUsage } from '../estimate-tokens.js';
import type { Provider, ProviderResponse } from '../provider.js';
import { isRecord } from '../is-record.js';
import { ProviderError } from '../provider-error.js';
import type { EchoFailures } from './failure-script.js';
import { failureScript } from './failure-script.js';
import { unitHash } from './unit-hash.js';

export interface LocalEchoOptions {
  /** Milliseconds until the answer, or a range of which each item has its own fixed share. Default 0: answers synchronously. */
  readonly latencyMs?: number | readonly [min: number, max: number] | undefined;
  /** What to answer instead of the prompt; what it throws is the item's failure. */
  readonly answer?: ((item: ResolvedItem) => unknown) | undefined;
  /** Planned failures, the first that applies. Default none. */
  readonly failures?: EchoFailures | undefined;
  /** Clock of `latencyMs`. Default `asyncScheduler`, which is virtual under `TestScheduler.run()`. */
  readonly scheduler?: SchedulerLike | undefined;
  readonly defaultModel?: string | undefined;
}

/**
 * A provider without a network: answers each prompt with itself (any other body with its JSON), the same on every run.
 * Tokens are characters / 4, rounded up, in and out.
 */
export function localEcho(options: LocalEchoOptions = {}): Provider {
  const { latencyMs = 0, answer = echo, scheduler = asyncScheduler, defaultModel = 'echo' } = options;
  const plan = failureScript(options.failures);

  function respond(item: ResolvedItem): ProviderResponse {
    const output = answer(item);
    const inputTokens = echoTokens(item.input);
    const outputTokens = echoTokens(output);
    return {
      output,
      usage: { inputTokens, outputTokens },
      raw: { provider: 'local_echo', model: item.model ?? defaultModel },
    };
  }

  return {
    name: 'local_echo',
    endpoint: 'echo',
    defaultModel,
    quotaScope: 'local_echo',
    request(item, { attempt }) {
      return defer(() => {
        const failure = plan(item, attempt);
        const finish = (): ProviderResponse => {
          if (failure !== undefined) throw new ProviderError(failure);
          return respond(item);
        };
        const delay = delayOf(latencyMs, item.itemId);
        return delay === 0 ? of(finish()) : timer(delay, scheduler).pipe(map(finish));
      });
    },
    classify: defaultClassify,
    // What comes back is as long as what goes in, where the answer is not another one.
    estimateTokens: ({ input }) => Math.max(1, 2 * echoTokens(input)),
    countTokens: countUsage,
  };
}

/** Characters / 4, rounded up: of a prompt its letters, of anything else its JSON. */
function echoTokens(value: unknown): number {
  const text = isRecord(value) && typeof value['prompt'] === 'string' ? value['prompt'] : value;
  const system = text !== value && isRecord(value) && typeof value['system'] === 'string' ? value['system'] : '';
  const said = typeof text === 'string' ? text : (JSON.stringify(text) as string | undefined);
  return Math.ceil(((said?.length ?? 0) + system.length) / 4);
}

function echo({ input }: ResolvedItem): unknown {
  if (typeof input === 'string') return input;
  if (typeof input === 'object' && input !== null && 'prompt' in input && typeof input.prompt === 'string')
    return input.prompt;
  return JSON.stringify(input);
}

function delayOf(latencyMs: number | readonly [number, number], itemId: string): number {
  if (typeof latencyMs === 'number') return latencyMs;
  const [min, max] = latencyMs;
  return min + unitHash(`latency ${itemId}`) * (max - min);
}
