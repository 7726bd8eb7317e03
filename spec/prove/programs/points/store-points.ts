import type { BatchStore } from '../../../../lib/store/store.js';
import type { KillSwitch } from './kill-switch.js';

/** A store whose every call has a point before and after it: `store.commit:before`, `store.shards.update:after`. */
export function pointedStore(store: BatchStore, points: KillSwitch): BatchStore {
  return pointed(store, 'store', points);
}

function pointed<T extends object>(target: T, path: string, points: KillSwitch): T {
  const parts = new Map<string | symbol, unknown>();
  return new Proxy(target, {
    get(_, key) {
      const known = parts.get(key);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, key, target);
      const name = `${path}.${String(key)}`;
      if (typeof value === 'object' && value !== null) parts.set(key, pointed(value, name, points));
      else if (typeof value === 'function') parts.set(key, call(target, value as Method, name, points));
      return parts.get(key) ?? value;
    },
  });
}

type Method = (...args: unknown[]) => unknown;

function call(target: object, method: Method, name: string, points: KillSwitch): Method {
  return (...args) => {
    points.pass(`${name}:before`);
    const result = method.apply(target, args);
    points.pass(`${name}:after`);
    return result;
  };
}
