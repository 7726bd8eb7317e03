import { describeLeft } from './crash/describe-left.js';

const left = (cell: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${cell}: sql commit ${n}`);

it('points that no kill met are counted by cell, and a few are shown, a line each', () => {
  const lines = describeLeft([...left('native openai', 300), ...left('emulated gemini', 110)]).split('\n');
  expect(lines[0]).toBe('410 points met no kill: 300 of native openai, 110 of emulated gemini');
  expect(lines[1]).toBe('  native openai: sql commit 0');
  expect(lines).toHaveLength(14);
  expect(lines[13]).toBe('  and 398 more');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
  expect(describeLeft(left('native openai', 1)).split('\n')).toHaveLength(2);
  expect(describeLeft([])).toBe('');
});
