import { throwError } from 'rxjs';
import type { Provider } from '../../../lib/provider/provider.js';
import { scriptedNative } from '../../../lib/testing/scripted-native.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { items, startNative, virtually, watch, type Told } from '../support/run-native.js';
import { hour, run, everyOnce } from '../support/native-life.js';

describe('a provider that is away', () => {
  const away = { kind: 'retry', message: 'getaddrinfo ENOTFOUND', unanswered: true } as const;

  it('while batches run is told, and waited for; no batch is lost or made again', () => {
    const { told, batches } = run({
      plan: () => ({ runMs: hour }),
      fail: (call, n) => (call === 'poll' && n > 6 && n < 60 ? away : undefined),
    });
    expect(told.status).toBe('completed');
    everyOnce(told, 10);
    expect(batches).toHaveLength(3);
    const pacing = told.progress.map(({ pacing: { outage, state } }) => `${state} ${outage}`);
    expect(pacing).toContain('held true');
    expect(pacing.at(-1)).toBe('open false');
  });

  it('from the start stops the job within a minute or so, with the reason; resume() goes on', () => {
    let gone = true;
    const scripted = scriptedNative({});
    const { native } = scripted;
    const cut = {
      submit: (...call: Parameters<typeof native.submit>) =>
        gone ? throwError(() => new Error('gone')) : native.submit(...call),
      classify: (...call: Parameters<typeof native.classify>) => (gone ? away : native.classify(...call)),
    };
    const wire = new Proxy(native, {
      get: (_, key) => {
        const value: unknown = Reflect.get(key in cut ? cut : native, key);
        return typeof value === 'function' ? (value as () => unknown).bind(native) : value;
      },
    });
    const provider: Provider = Object.assign(Object.create(scripted) as Provider, { native: wire });
    const store = sqliteStore({ path: ':memory:' });
    let first!: Told;
    let second!: Told;
    virtually((scheduler) => {
      const started = startNative({ provider, store, items: items(6) }, scheduler);
      first = started.told;
      scheduler.schedule(() => {
        gone = false;
        second = watch(started.client.resume('job'), scheduler);
      }, hour);
    });
    expect(first.error).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/base URL.*ENOTFOUND/) as string,
    });
    expect(first.endedAt).toBeLessThan(5 * 60_000);
    expect(first.results.size).toBe(0);
    expect(second.status).toBe('completed');
    expect(scripted.batchLog.batches).toHaveLength(1);
  });
});
