import { chooseMode } from '../../lib/native/choose-mode.js';
import { scriptedNative } from '../../lib/testing/scripted-native.js';

const batches = scriptedNative();
const foreign = scriptedNative({ auto: { sensible: false, reason: 'a foreign baseURL' } });
const plain = { name: 'plain' };

it.each([
  ['emulated', batches, 9_999, 'emulated', /asked for/],
  ['native', batches, 1, 'native', /asked for/],
  ['native', foreign, undefined, 'native', /asked for/],
  ['auto', plain, 9_999, 'emulated', /ordinary requests only/],
  ['auto', foreign, 9_999, 'emulated', /foreign baseURL/],
  ['auto', batches, 99, 'emulated', /fewer than nativeMinItems/],
  ['auto', batches, 100, 'native', /price of batches/],
  ['auto', batches, undefined, 'emulated', /number of items/],
] as const)('mode %s, %o, %s items: %s', (mode, provider, count, runMode, reason) => {
  const choice = chooseMode({ mode, provider, count, nativeMinItems: 100 });
  expect(choice.runMode).toBe(runMode);
  expect(choice.reason).toMatch(reason);
});
