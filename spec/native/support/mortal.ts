import { defer, NEVER } from 'rxjs';
import { BatchError } from '../../../lib/index.js';
import type { NativeCapability } from '../../../lib/provider/native.js';
import type { ScriptedNativeProvider } from '../../../lib/testing/scripted-native.js';
import type { BatchStore, Lease } from '../../../lib/store/store.js';

const storeWrites = ['updateJob', 'commit', 'finish', 'reopen', 'appendItems', 'createJob', 'acquire', 'release'];
const shardWrites = ['marker', 'open', 'add', 'update', 'drop'];

/** A process that dies at its nth write: before it, or right after it. Nothing it calls happens any more. */
export class Mortal {
  dead = false;
  lease: Lease | undefined;
  #writes = 0;

  constructor(
    private readonly inner: BatchStore,
    private readonly diesAt: number,
    private readonly when: 'before' | 'after',
  ) {}

  store(): BatchStore {
    return this.#wrap(this.inner, storeWrites, (key) =>
      key === 'shards' ? this.#wrap(this.inner.shards, shardWrites) : undefined,
    );
  }

  provider(provider: ScriptedNativeProvider): ScriptedNativeProvider {
    const { native } = provider;
    const cut = <K extends 'submit' | 'find' | 'poll' | 'results' | 'cancel'>(call: K): NativeCapability[K] =>
      ((...args: Parameters<NativeCapability[K]>) =>
        defer(() =>
          this.dead ? NEVER : (native[call] as (...a: unknown[]) => never)(...args),
        )) as NativeCapability[K];
    const mortal: NativeCapability = {
      caps: native.caps,
      auto: native.auto,
      line: native.line.bind(native),
      cleanUp: native.cleanUp.bind(native),
      classify: native.classify.bind(native),
      ...{ submit: cut('submit'), find: cut('find'), poll: cut('poll') },
      ...{ results: cut('results'), cancel: cut('cancel') },
    };
    return { ...provider, native: mortal };
  }

  #wrap<T extends object>(target: T, writes: readonly string[], own: (key: string) => unknown = () => undefined): T {
    return new Proxy(target, {
      get: (_, key: string) => {
        const replaced = own(key);
        if (replaced !== undefined) return replaced;
        const value = (target as Record<string, unknown>)[key];
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (this.dead) throw killed();
          const counts = writes.includes(key) && ++this.#writes >= this.diesAt;
          if (counts && this.when === 'before') this.#die();
          const result: unknown = (value as (...a: unknown[]) => unknown).apply(target, args);
          if (key === 'acquire') this.lease = result as Lease;
          if (counts) this.#die();
          return result;
        };
      },
    });
  }

  #die(): never {
    this.dead = true;
    throw killed();
  }
}

/** The one error after which a run writes nothing. */
function killed(): BatchError {
  return new BatchError('lease_lost', 'killed');
}
