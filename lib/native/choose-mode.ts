import { BatchError } from '../core/errors.js';
import type { Mode, RunMode } from '../core/job.js';
import type { Provider } from '../provider/provider.js';

/** How a job will run, and why. */
export interface ModeChoice {
  readonly runMode: RunMode;
  readonly reason: string;
}

export interface ModeQuestion {
  readonly mode: Mode;
  readonly provider: Pick<Provider, 'name' | 'native'>;
  /** Items known so far; undefined where nothing is known of the input. */
  readonly count: number | undefined;
  /** Fewer are not worth a batch. */
  readonly nativeMinItems: number;
}

/** Throws for `native` where the provider has no batches. */
export function chooseMode({ mode, provider, count, nativeMinItems }: ModeQuestion): ModeChoice {
  const { name, native } = provider;
  if (mode === 'emulated') return { runMode: 'emulated', reason: 'asked for' };
  if (mode === 'native') {
    if (native !== undefined) return { runMode: 'native', reason: 'asked for' };
    throw new BatchError(
      'invalid_options',
      `map(): mode "native" is not offered by the provider "${name}"; use "emulated" or "auto"`,
    );
  }
  if (native === undefined)
    return { runMode: 'emulated', reason: `the provider "${name}" offers ordinary requests only` };
  if (!native.auto.sensible) return { runMode: 'emulated', reason: native.auto.reason };
  if (count === undefined)
    return {
      runMode: 'emulated',
      reason: 'not decided yet: the number of items will tell',
    };
  if (count < nativeMinItems) {
    const reason = `${String(count)} items are fewer than nativeMinItems (${String(nativeMinItems)}): requests are sooner done`;
    return { runMode: 'emulated', reason };
  }
  return { runMode: 'native', reason: `${String(count)} items at the price of batches; ${native.auto.reason}` };
}
